// The twin of the program, in memory: enough of it that every screen can be shown and tested without Rust. It keeps the
// promises of the commands, not their work: no file is read.
import type {
  ApiError,
  Code,
  Dragged,
  OpenRequested,
  Preferences,
  Progress,
  RecentMigration,
  Standing,
  Summary,
} from "../../generated/bindings";
import { files, filesStage } from "./fakeFiles";
import { fakeReview, resetReview } from "./fakeReview";
import type { Platform } from "./platform";
import { connectionsTwin, hearCheck, hearClose, hearUpload, resetUpload, uploadTwin } from "./upload";
import { fakeHistory, historyStage } from "./fakeHistory";
import { fakeLearned, resetLearned } from "./fakeLearned";
import { fakeMatching, resetMatching } from "./fakeMatching";
import { fakeTieOut, tieOutStage } from "./fakeTieOut";
import { CONSEQUENCES, JUST_READ, NO_FILES, recentMigrations } from "./story";

const FOLDER = "/home/maren/Documents/Carryover";
const ROWS_READ = 420_552;

interface Desk {
  recent: RecentMigration[];
  open: Summary | null;
  preferences: Preferences;
  /** What the system's next dialogs answer; `null` is Cancel. */
  chosen: (string | null)[];
  launchedWith: string | null;
  stopped: Set<number>;
}

const desk: Desk = fresh();
const hearers = {
  dragged: new Set<(event: Dragged) => void>(),
  open: new Set<(event: OpenRequested) => void>(),
  progress: new Set<(event: Progress) => void>(),
};

/** For tests and for looking at screens: sets what is on the desk, and speaks as the system would. */
export const stage = {
  reset(change: Partial<Desk> = {}): void {
    Object.assign(desk, fresh(), change);
    filesStage.reset();
    resetUpload();
    resetMatching();
    resetLearned();
    resetReview();
    tieOutStage.reset();
    historyStage.reset();
    resetUpload();
  },
  drag: (event: Dragged): void => hearers.dragged.forEach((hear) => hear(event)),
  requestOpen: (path: string): void => hearers.open.forEach((hear) => hear({ path })),
  files: filesStage,
  tell: (event: Progress): void => hearers.progress.forEach((hear) => hear(event)),
};

export const fake: Platform = {
  ...files,
  ...fakeLearned,
  ...fakeHistory,
  ...fakeMatching,
  ...fakeTieOut,
  appInfo: async () => ({
    version: "0.1.0",
    system: "linux",
    destinations: [
      { id: "zenskar", datasets: ["customers", "usage", "contracts"], consequences: CONSEQUENCES },
      { id: "kustomer", datasets: ["companies", "customers"], consequences: {} },
    ],
  }),
  notify: async () => undefined,
  stopTask: async (task) => {
    desk.stopped.add(task);
  },
  preferences: async () => desk.preferences,
  setPreferences: async (preferences) =>
    (desk.preferences = { ...preferences, who: preferences.who || "maren" }),
  currentMigration: async () =>
    desk.open && { ...desk.open, standing: filesStage.standing(desk.open.standing) },
  closeMigration: async () => {
    desk.open = null;
    return null;
  },
  undo: async () => null,
  redo: async () => null,
  recentMigrations: async () => desk.recent,
  forgetMigration: async (path) => {
    desk.recent = desk.recent.filter((migration) => migration.path !== path);
    return null;
  },
  launchedWith: async () => ({ path: desk.launchedWith, sample: false }),
  chooseMigration: async () => desk.chosen.shift() ?? null,
  choosePlace: async () => desk.chosen.shift() ?? null,
  suggestedPlace: async (name) => `${FOLDER}/${name.trim() || "Migration"}.carryover`,
  createMigration: async (task, { name, destination, path, files }) => {
    if (desk.recent.some((migration) => migration.path === path))
      throw failure(
        "exists",
        `“${path}” exists already`,
        "Choose another name, or open the one that is there.",
      );
    if (files.length > 0) await readRows(task, files);
    return {
      summary: put({ name, destination, path, standing: files.length > 0 ? JUST_READ : NO_FILES }),
      not_added: [],
    };
  },
  openMigration: async (path) => {
    const known = desk.recent.find((migration) => migration.path === path);
    if (known?.missing) throw failure("not_found", `there is no migration “${path}”`, "Choose another name.");
    return put(
      known ?? {
        name: path.replace(/^.*\/|\.carryover$/g, ""),
        destination: "zenskar",
        path,
        standing: NO_FILES,
      },
    );
  },
  findMigration: async (missing) => {
    const [path, known] = [desk.chosen.shift(), desk.recent.find((migration) => migration.path === missing)];
    if (!path || !known) return null;
    desk.recent = desk.recent.filter((migration) => migration !== known);
    return put({ ...known, path });
  },
  trySample: async (task, name) => {
    await readRows(task, ["customers.csv", "usage.csv", "contracts.xlsx"]);
    return {
      summary: put({ name, destination: "zenskar", path: `${FOLDER}/sample.carryover`, standing: JUST_READ }),
      not_added: [],
    };
  },
  ...connectionsTwin,
  ...uploadTwin({
    tell: (event) => stage.tell(event),
    environment: (environment, account) => {
      if (desk.open) desk.open = { ...desk.open, environment, account };
    },
  }),
  onCheckTold: async (hear) => listen(hearCheck, hear),
  onCloseAsked: async (hear) => listen(hearClose, hear),
  onUploadTold: async (hear) => listen(hearUpload, hear),
  ...fakeReview,
  onDragged: async (hear) => listen(hearers.dragged, hear),
  onOpenRequested: async (hear) => listen(hearers.open, hear),
  onProgress: async (hear) => listen(hearers.progress, hear),
};

function fresh(): Desk {
  return {
    recent: recentMigrations(new Date()),
    open: null,
    preferences: { who: "Maren Okafor", language: "system", theme: "system" },
    chosen: [],
    launchedWith: null,
    stopped: new Set(),
  };
}

interface OnDisk {
  name: string;
  destination: string;
  path: string;
  standing: Standing;
  environment?: "practice" | "live";
}

function put({ name, destination, path, standing, environment = "practice" }: OnDisk): Summary {
  filesStage.lay(standing.files > 0);
  const [id, saved_at] = [path, new Date().toISOString()];
  const account = environment === "live" ? "Brackwater Analytics Ltd" : null;
  desk.open = {
    id,
    name,
    path,
    destination,
    environment,
    account,
    standing,
    open_undo: null,
    undo: null,
    redo: null,
    saved_at,
  };
  const opened = {
    id,
    name,
    path,
    destination,
    environment,
    standing,
    opened_at: saved_at,
    opened_by: desk.preferences.who,
  };
  desk.recent = [
    { ...opened, missing: false },
    ...desk.recent.filter((migration) => migration.path !== path),
  ];
  return desk.open;
}

/** Tells progress in a few steps, as reading does. */
async function readRows(task: number, files: string[]): Promise<void> {
  for (const [index, what] of files.entries()) {
    stage.tell({ task, what, done: Math.round((ROWS_READ * (index + 1)) / files.length), of: null });
    await Promise.resolve();
  }
}

function failure(code: Code, message: string, hint: string): ApiError {
  return { code, message, hint };
}

function listen<T>(hearers: Set<T>, hear: T): () => void {
  hearers.add(hear);
  return () => hearers.delete(hear);
}
