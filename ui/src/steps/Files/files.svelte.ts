// What the step Files shows beside the cards of the engine: files that wait or are being read, those that were not added,
// cards that are read again. Files are read one after the other; leaving the step does not stop them.
import { SvelteMap } from "svelte/reactivity";
import type {
  ApiError,
  Dropped,
  FileCard,
  FileChange,
  Hints,
  NotTaken,
  FilePreview,
  FileQuestion,
  ReadOutcome,
  Reason,
} from "../../generated/bindings";
import { asApiError, attempt, sentence } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { refresh, session } from "../../lib/session.svelte";
import { run, stop } from "../../lib/tasks.svelte";
import { t } from "../../lib/text/text.svelte";
import { say } from "../../lib/toasts.svelte";

/** A file that is not a card yet, or will be none. */
export interface Item {
  id: number;
  path: string;
  file: string;
  sheet: string | null;
  dataset: string | null;
  state: "waits" | "reads" | "refused";
  /** The number of the reading, while there is one. */
  task: number | null;
  refusal: NotTaken | null;
}

/** A card that is read again in another way. */
interface Rereading {
  task: number | null;
  /** The first rows as they will be; `null` until they are known. */
  preview: FilePreview | null;
}

interface State {
  migration: string | null;
  cards: FileCard[] | null;
  items: Item[];
}

/** Longer than this, and the user may look elsewhere meanwhile. */
const LONG_MS = 10_000;

const state = $state<State>({ migration: null, cards: null, items: [] });
const changes = new SvelteMap<number, FileChange>();
const rereading = new SvelteMap<string, Rereading>();
const refusals = new SvelteMap<string, string>();
let last = 0;
let isReading = false;

export const cards = (): FileCard[] | null => state.cards;
export const items = (): Item[] => state.items;
export const changeOf = (card: FileCard): FileChange | undefined => changes.get(card.source);
export const rereadingOf = (card: FileCard): Rereading | undefined => rereading.get(keyOf(card));
/** Why a card could not be read again. */
export const refusalOf = (card: FileCard): string | undefined => refusals.get(keyOf(card));
export const beingRead = (): Item[] => state.items.filter((item) => item.state !== "refused");

/** A card keeps its place and the focus when its source is replaced. */
export const keyOf = (card: FileCard): string => `${card.path}\n${card.preview.sheet ?? ""}`;

/** Shows the open migration: its cards, and which of its files have changed. */
export async function enter(): Promise<void> {
  const id = session.migration?.id ?? null;
  if (state.migration !== id) {
    Object.assign(state, { migration: id, cards: null, items: [] });
    for (const map of [changes, rereading, refusals]) map.clear();
  }
  await load();
  await lookForChanges();
}

/** Asks the disk again: when the step is shown and whenever the window is looked at again. */
export async function lookForChanges(): Promise<void> {
  const found = await platform.changedSources().catch(() => []);
  changes.clear();
  for (const { source, change } of found) changes.set(source, change);
}

/** Takes what was dropped or chosen: tables wait for their turn, what is none is named. */
export function add(files: readonly Dropped[]): void {
  if (files.length === 0) say(t("files.nothingIn"), { kind: "warning" });
  for (const file of files) {
    if (state.items.some((item) => item.path === file.path && item.state !== "refused")) continue;
    dismissPath(file.path);
    if (file.kind === "table") put({ path: file.path, file: file.name });
    else put({ path: file.path, file: file.name, state: "refused", refusal: noTable(file.name) });
  }
  void readAll();
}

/** Adds a file that was refused because its subject is not clear, or another sheet of a workbook. */
export function addAs(file: { path: string; file: string; sheet: string | null }, dataset: string): void {
  dismissPath(file.path);
  put({ path: file.path, file: file.file, sheet: file.sheet, dataset });
  void readAll();
}

export function dismiss(item: Item): void {
  state.items = state.items.filter((other) => other.id !== item.id);
}

/** Stops a file that is read, or takes one that waits out of the row. */
export function stopItem(item: Item): void {
  if (item.task === null) dismiss(item);
  else stop(item.task);
}

/** Reads a card's file again with another guess. Its first rows follow at once, the whole of it after them. */
export async function readAgain(card: FileCard, hints: Hints, dataset: string | null): Promise<void> {
  const key = keyOf(card);
  const running = rereading.get(key);
  if (running?.task) stop(running.task);
  refusals.delete(key);
  rereading.set(key, { task: null, preview: null });
  const shown = platform.previewSource(card.source, hints).then(
    (preview) =>
      rereading.has(key) && rereading.set(key, { task: rereading.get(key)?.task ?? null, preview }),
    () => undefined,
  );
  const wanted = { source: card.source, hints, dataset, drop_edits: card.edits > 0 };
  try {
    const outcome = await run(
      (task) => rereading.set(key, { task, preview: rereading.get(key)?.preview ?? null }),
      (task) => platform.readAgain(task, wanted),
    );
    if (outcome.not_taken && outcome.not_taken.reason !== "stopped")
      refusals.set(key, refusalText(outcome.not_taken, card.file));
  } catch (error) {
    refusals.set(key, sentence(asApiError(error).message));
  }
  await shown;
  await load();
  rereading.delete(key);
  await lookForChanges();
}

export async function remove(card: FileCard): Promise<void> {
  if ((await attempt(() => platform.removeSource(card.source))) === undefined) return;
  say(t("files.removed", { file: card.file }));
  await load();
}

export async function goOnWith(card: FileCard): Promise<void> {
  await attempt(() => platform.goOnWith(card.source));
  say(t("files.wentOn", { file: card.file }));
  await lookForChanges();
}

export async function answer(card: FileCard, question: FileQuestion, format: string): Promise<void> {
  await attempt(() => platform.answerFormat(card.source, question.fields, format));
  say(t("files.answered", { column: question.column }));
  await load();
}

/** Why a file was not taken, in the user's language where it has a text of its own. */
export function refusalText({ reason, error }: NotTaken, file: string): string {
  return reason === "other" || reason === "not_needed"
    ? sentence(error.message)
    : t(`files.reason_${reason}`, { file });
}

async function load(): Promise<void> {
  const found = await attempt(platform.fileCards);
  if (found) state.cards = found;
  await attempt(refresh);
}

function put(item: Pick<Item, "path" | "file"> & Partial<Item>): void {
  const empty = { sheet: null, dataset: null, state: "waits", task: null, refusal: null } as const;
  state.items = [...state.items, { id: ++last, ...empty, ...item }];
}

function dismissPath(path: string): void {
  state.items = state.items.filter((item) => item.path !== path || item.state !== "refused");
}

/** One after the other, in the order in which they were added. */
async function readAll(): Promise<void> {
  if (isReading) return;
  isReading = true;
  const began = performance.now();
  let taken = 0;
  for (let next = waiting(); next; next = waiting()) {
    if (await readOne(next)) taken++;
  }
  isReading = false;
  if (taken === 0) return;
  const text = t("files.allRead", { count: taken });
  say(text);
  if (performance.now() - began > LONG_MS)
    void platform.notify(text, t("files.allReadBody", { name: session.migration?.name ?? "" }));
}

function waiting(): Item | undefined {
  return state.items.find((item) => item.state === "waits");
}

async function readOne(item: Item): Promise<boolean> {
  item.state = "reads";
  const { path, sheet, dataset } = item;
  const read = (task: number): Promise<ReadOutcome> => platform.addFile(task, { path, sheet, dataset });
  const outcome = await run((task) => (item.task = task), read).catch((error: unknown) =>
    refused(asApiError(error)),
  );
  item.task = null;
  await load();
  if (outcome.not_taken) {
    item.state = "refused";
    item.refusal = outcome.not_taken;
  } else dismiss(item);
  return outcome.taken !== null;
}

function refused(error: ApiError): ReadOutcome {
  return { taken: null, not_taken: { reason: "other", error } };
}

function noTable(file: string): NotTaken {
  const reason: Reason = "not_a_table";
  return {
    reason,
    error: { code: "unreadable", message: t("files.reason_not_a_table", { file }), hint: "" },
  };
}
