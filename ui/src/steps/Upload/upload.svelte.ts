// The upload of the open migration as the page knows it: the stage shown, the plan, the first three, and the upload under
// way. The truth is in the ledger; this is asked again whenever the step is shown.
import type {
  ApiError,
  Attribute,
  DatasetProgress,
  Plan,
  RunningUpload,
  SentRecord,
  UploadPart,
  UploadState,
  Uploaded,
  WantedUpload,
} from "../../generated/bindings";
import { asApiError } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { refresh, session } from "../../lib/session.svelte";
import { run } from "../../lib/tasks.svelte";
import { t } from "../../lib/text/text.svelte";
import { leftOf, without, type Left } from "./leaving";
import { measure, resetPace } from "./pace.svelte";

export const STAGES = ["connection", "plan", "first", "send"] as const;
export type Stage = (typeof STAGES)[number];

export interface Lacking {
  dataset: string;
  attribute: Attribute;
}

interface Upload {
  /** Whose upload this is. */
  migration: string;
  stage: Stage;
  connection: string;
  state: UploadState | null;
  running: RunningUpload | null;
  plan: Plan | null;
  /** Also what is as it was loaded is compared and sent where it differs. */
  all: boolean;
  /** The share of rejected rows, in per cent, beyond which an upload stops by itself; `null` is never. */
  stopAt: number | null;
  /** Fields of the user's own that the account does not know: the plan waits for them. */
  lacking: readonly Lacking[];
  /** Of the plan, what has not gone yet; `null` where only the ledger knows. */
  left: Left | null;
  /** The task that makes the plan. */
  planning: number | null;
  first: SentRecord[] | null;
  /** The first three are on their way, or read back. */
  looking: boolean;
  /** Why the last act could not be done. */
  error: ApiError | null;
  /** The window was asked to close meanwhile. */
  closing: boolean;
}

/** As the command line does without being told. */
const USUAL_SHARE = 25;
export const SHARES = [5, 10, USUAL_SHARE, 50] as const;

const fresh = (migration: string): Upload => ({
  migration,
  stage: "connection",
  connection: "",
  state: null,
  running: null,
  plan: null,
  all: false,
  stopAt: USUAL_SHARE,
  lacking: [],
  left: null,
  planning: null,
  first: null,
  looking: false,
  error: null,
  closing: false,
});

export const upload = $state<Upload>(fresh(""));

/** The step is shown again: the matching may have changed since, and with it what is lacking. */
export function comeBack(): void {
  if (upload.lacking.length > 0) Object.assign(upload, { stage: "connection", lacking: [] });
}

/** Asks where the upload stands and shows the stage that fits. */
export async function enter(): Promise<void> {
  const id = session.migration?.id ?? "";
  const isNew = upload.migration !== id;
  if (isNew) Object.assign(upload, fresh(id));
  await look();
  const last = upload.state?.last;
  if (!isNew && upload.stage !== "connection") return;
  upload.connection ||= upload.state?.connection ?? last?.connection ?? "";
  if (upload.running || (last && !last.finished) || (last && allSettled())) upload.stage = "send";
}

export async function look(): Promise<void> {
  try {
    const { running, state } = await platform.uploadState();
    upload.running = running;
    if (state) upload.state = state;
  } catch (error) {
    upload.error = asApiError(error);
  }
}

/** Compares with what is there. The migration is PRACTICE or LIVE from here on, as its connection is. */
export async function makePlan(): Promise<void> {
  Object.assign(upload, { stage: "plan", plan: null, left: null, lacking: [], error: null });
  try {
    upload.plan = await run(
      (id) => (upload.planning = id),
      async (id) => {
        upload.lacking = await lacking();
        return upload.lacking.length > 0 ? null : platform.makePlan(id, upload.connection, upload.all);
      },
    );
    upload.left = upload.plan && leftOf(upload.plan);
  } catch (error) {
    upload.error = asApiError(error);
    if (upload.error.code === "stopped") upload.stage = "connection";
  }
  upload.planning = null;
  await Promise.all([refresh(), look()]);
}

/** Makes the plan anew: of everything, or only of what changed. */
export function planAll(all: boolean): void {
  upload.all = all;
  void makePlan();
}

/** Makes what is lacking known to the account, then the plan. Whether it was made; why not, stands in `error`. */
export async function createLacking(confirmed: string | null): Promise<boolean> {
  upload.error = null;
  try {
    await platform.createAttributes(upload.connection, confirmed);
  } catch (error) {
    upload.error = asApiError(error);
    return false;
  }
  void makePlan();
  return true;
}

async function lacking(): Promise<Lacking[]> {
  const datasets = Object.entries(await platform.lackingAttributes(upload.connection));
  return datasets.flatMap(([dataset, of]) => (of ?? []).map((attribute) => ({ dataset, attribute })));
}

/** Sends three records and reads them back. */
export async function sendFirst(confirmed: string | null): Promise<void> {
  const left = upload.left;
  Object.assign(upload, { stage: "first", left: null, first: null, looking: true, error: null });
  try {
    const planned = await platform.firstPlanned();
    const uploaded = await platform.startUpload(wanted("first", confirmed));
    upload.left = left && without(left, planned);
    upload.first = await platform.firstSent(upload.connection, uploaded.run);
  } catch (error) {
    upload.error = asApiError(error);
  }
  upload.looking = false;
  await Promise.all([refresh(), look()]);
}

/** Reads back the first three of an earlier session. */
export async function lookAgain(): Promise<void> {
  Object.assign(upload, { looking: true, error: null });
  try {
    upload.first = await platform.firstSent(upload.connection, null);
  } catch (error) {
    upload.error = asApiError(error);
  }
  upload.looking = false;
}

/** Sends the rest, or only what was rejected, and says so when it has ended. */
export async function send(what: UploadPart, confirmed: string | null): Promise<void> {
  Object.assign(upload, { stage: "send", left: null, error: null, running: null });
  resetPace();
  let uploaded: Uploaded | null = null;
  try {
    const sending = platform.startUpload(wanted(what, confirmed));
    await look();
    uploaded = await sending;
  } catch (error) {
    const failed = asApiError(error);
    if (failed.code !== "stopped") upload.error = failed;
  }
  upload.running = null;
  upload.all &&= uploaded === null;
  await Promise.all([refresh(), look()]);
  void platform.notify(...notice(uploaded));
}

function wanted(what: UploadPart, confirmed: string | null): WantedUpload {
  const { connection, all, stopAt } = upload;
  return { connection, what, all: all && what !== "only_failed", stop_at: stopAt, confirmed };
}

/** The program tells how far the upload is. */
export function uploadTold(running: RunningUpload): void {
  // Three records are not shown as an upload.
  if (upload.looking) return;
  upload.running = running;
  measure(settled(running.progress.datasets));
  if (performance.now() - asked < BETWEEN_SUMMARIES) return;
  asked = performance.now();
  void refresh();
}

export function allSettled(): boolean {
  const datasets = upload.state?.datasets ?? [];
  return datasets.length > 0 && settled(datasets) >= rows(datasets);
}

export const settled = (datasets: readonly DatasetProgress[]): number =>
  datasets.reduce((sum, dataset) => sum + dataset.settled, 0);
export const rows = (datasets: readonly DatasetProgress[]): number =>
  datasets.reduce((sum, dataset) => sum + dataset.rows, 0);
export const rejected = (datasets: readonly DatasetProgress[]): number =>
  datasets.reduce((sum, dataset) => sum + dataset.rejected, 0);

/** Which stages can be gone back to. */
export function isDone(stage: Stage): boolean {
  const sent = settled(upload.state?.datasets ?? []) > 0;
  if (stage === "connection") return upload.plan !== null || upload.state?.last !== null;
  if (stage === "plan") return upload.plan !== null;
  if (stage === "first") return upload.first !== null || sent;
  return allSettled();
}

/** How often the rail is brought up to date, in milliseconds. */
const BETWEEN_SUMMARIES = 2_000;
let asked = 0;

function notice(uploaded: Uploaded | null): [string, string] {
  const name = session.migration?.name ?? "";
  if (!uploaded) return [t("upload.noticeStopped"), t("upload.noticeStoppedText", { name })];
  const count = Object.values(uploaded.datasets).reduce((sum, tally) => sum + (tally?.refused ?? 0), 0);
  const text = count > 0 ? t("upload.noticeDoneText", { name, count }) : t("upload.noticeAll", { name });
  return [t("upload.noticeDone"), text];
}
