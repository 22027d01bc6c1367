// The part of the twin that Files needs: cards of the sample's story, a file that can be added, read again and removed. No
// file is read; what the next reading comes to can be set beforehand.
import type {
  ChangedSource,
  Dropped,
  FileCard,
  Hints,
  FilePreview,
  Newer,
  ReadOutcome,
  Reason,
  Standing,
} from "../../generated/bindings";
import type { Platform } from "./platform";
import { CONTRACTS, CUSTOMERS, USAGE } from "./storyFiles";

interface Shelf {
  cards: FileCard[];
  changed: ChangedSource[];
  /** What the dialog answers next. */
  chosen: Dropped[];
  /** Why files of these names are not taken. */
  refused: Record<string, Reason>;
  /** Readings wait for this before they end. */
  hold: Promise<void> | null;
  /** How the next newer file differs from the one whose place it takes. */
  newer: Partial<Newer>;
  /** A newer file that was read and waits. */
  waiting: { source: number; file: Dropped } | null;
}

const shelf: Shelf = empty();

/** For tests: sets what lies on the shelf. */
export const filesStage = {
  reset: (change: Partial<Shelf> = {}): void => void Object.assign(shelf, empty(), change),
  set: (change: Partial<Shelf>): void => void Object.assign(shelf, change),
  lay: (isFull: boolean): void => {
    shelf.cards = isFull ? structuredClone([CUSTOMERS, USAGE, CONTRACTS]) : [];
  },
  standing: (standing: Standing): Standing => ({
    ...standing,
    files: new Set(shelf.cards.map((card) => card.path)).size,
    datasets: new Set(shelf.cards.map((card) => card.dataset)).size,
    rows: shelf.cards.reduce((sum, card) => sum + card.rows, 0),
    questions: shelf.cards.reduce((sum, card) => sum + card.questions.length, 0),
    file_questions: shelf.cards.reduce((sum, card) => sum + card.questions.length, 0),
  }),
};

type FilesPart = Pick<
  Platform,
  | "addFile"
  | "answerFormat"
  | "changedSources"
  | "chooseFiles"
  | "chooseNewer"
  | "fileCards"
  | "goOnWith"
  | "keepPasted"
  | "leaveNewer"
  | "previewSource"
  | "readAgain"
  | "readNewer"
  | "removeSource"
  | "takeNewer"
>;

export const files: FilesPart = {
  fileCards: async () => structuredClone(shelf.cards),
  keepPasted: async () => [
    { path: "/home/maren/brackwater, pasted.tsv", name: "brackwater, pasted.tsv", kind: "table" },
  ],
  chooseFiles: async () => shelf.chosen.splice(0),
  addFile: async (_task, { path, sheet, dataset }) => {
    const file = path.replace(/^.*\//, "");
    await shelf.hold;
    const reason = shelf.refused[file];
    if (reason && !(reason === "unclear" && dataset)) return refusal(reason, file);
    const like = /usage/.test(file) ? USAGE : /contract/.test(file) ? CONTRACTS : CUSTOMERS;
    const preview = { ...like.preview, sheet: sheet ?? like.preview.sheet };
    place({
      ...structuredClone(like),
      file,
      path,
      dataset: dataset ?? like.dataset,
      preview,
      source: next(),
    });
    return taken(file);
  },
  previewSource: async (source, hints) => seen(card(source), hints),
  readAgain: async (_task, { source, hints, dataset }) => {
    const old = card(source);
    await shelf.hold;
    const reason = shelf.refused[old.file];
    if (reason) return refusal(reason, old.file);
    const preview = seen(old, hints);
    const changed = {
      preview,
      said: { ...hints },
      dataset: dataset ?? old.dataset,
      edits: 0,
      source: next(),
    };
    shelf.cards = shelf.cards.map((other) => (other === old ? { ...old, ...changed } : other));
    shelf.changed = shelf.changed.filter((change) => change.source !== source);
    return taken(old.file);
  },
  chooseNewer: async () => shelf.chosen.shift() ?? null,
  readNewer: async (_task, source, path) => {
    const [old, name] = [card(source), path.replace(/^.*\//, "")];
    await shelf.hold;
    const reason = shelf.refused[name];
    if (reason) return { newer: null, not_taken: refusal(reason, name).not_taken };
    shelf.waiting = { source, file: { path, name, kind: "table" } };
    return { newer: { ...unchanged(old, name), ...shelf.newer }, not_taken: null };
  },
  takeNewer: async () => {
    const { source, file } = shelf.waiting ?? { source: 0, file: null };
    if (!file) return refusal("other", "");
    const newer = { file: file.name, path: file.path, edits: 0, source: next() };
    shelf.cards = shelf.cards.map((other) => (other.source === source ? { ...other, ...newer } : other));
    shelf.waiting = null;
    return taken(file.name);
  },
  leaveNewer: async () => {
    shelf.waiting = null;
    return null;
  },
  removeSource: async (source) => {
    shelf.cards = shelf.cards.filter((card) => card.source !== source);
    return null;
  },
  changedSources: async () => structuredClone(shelf.changed),
  goOnWith: async (source) => {
    shelf.changed = shelf.changed.filter((change) => change.source !== source);
    return null;
  },
  answerFormat: async (source, fields) => {
    for (const card of shelf.cards.filter((card) => card.source === source))
      card.questions = card.questions.filter((question) => !question.fields.some((f) => fields.includes(f)));
    return null;
  },
};

function empty(): Shelf {
  return { cards: [], changed: [], chosen: [], refused: {}, hold: null, newer: {}, waiting: null };
}

/** A newer file in which every row is as it was. */
function unchanged({ rows, edits }: FileCard, file: string): Newer {
  const compared = { same: rows, changed: 0, added: 0, gone: 0 };
  return {
    file,
    same: false,
    rows,
    rows_before: rows,
    missing: [],
    added: [],
    looks_like: null,
    edits,
    compared,
  };
}

function card(source: number): FileCard {
  const found = shelf.cards.find((card) => card.source === source);
  if (!found) throw new Error(`no source ${source} on the shelf`);
  return found;
}

function place(card: FileCard): void {
  shelf.cards = [...shelf.cards, card];
}

function next(): number {
  return Math.max(0, ...shelf.cards.map((card) => card.source)) + 1;
}

/** A card's first rows as other hints would have them: the header moves, the sheet and separator are as said. */
function seen(card: FileCard, hints: Hints): FilePreview {
  const { preview } = card;
  const header_row = hints.header_row === 0 ? null : (hints.header_row ?? preview.header_row);
  const rows = preview.rows.filter(({ line }) => line > (header_row ?? 0));
  return {
    ...preview,
    rows,
    header_row,
    transposed: hints.transpose ?? preview.transposed,
    sheet: hints.sheet ?? preview.sheet,
    encoding: hints.encoding ?? preview.encoding,
    delimiter: hints.delimiter ?? preview.delimiter,
  };
}

function taken(file: string): ReadOutcome {
  return { taken: { file, sources: [], skipped: [], seconds: 0.1 }, not_taken: null };
}

function refusal(reason: Reason, file: string): ReadOutcome {
  const error = { code: "unreadable", message: `“${file}” could not be taken`, hint: "" } as const;
  return { taken: null, not_taken: { reason, error } };
}
