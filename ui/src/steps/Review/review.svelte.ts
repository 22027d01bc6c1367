// What Review shows: the findings per rule, the chosen rows, the chosen row. The truth is the program's; this is asked for
// again after every change.
import type {
  CellEdit,
  CheckedRule,
  Filter,
  Repair,
  ReviewDataset,
  ReviewState,
  RowDetail,
  Scope,
  Spot,
} from "../../generated/bindings";
import { asApiError, attempt, sentence } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { refresh, session, undo } from "../../lib/session.svelte";
import { run } from "../../lib/tasks.svelte";
import { t } from "../../lib/text/text.svelte";
import { say } from "../../lib/toasts.svelte";
import { ruleFilter } from "./names";

type Dialog = "fixAll" | "exclude" | "rest" | "keep" | "replace" | "add";

interface Shown {
  review: ReviewState | null;
  /** The running check. */
  task: number | null;
  /** The user stopped the check; it is not begun again by itself. */
  stopped: boolean;
  filter: Filter | null;
  count: number;
  /** Grows when the rows have to be fetched anew. */
  version: number;
  spot: Spot | null;
  /** Of the cell that has the focus. */
  field: string | null;
  detail: RowDetail | null;
  dialog: Dialog | null;
  /** Rows chosen together with the one that has the focus. */
  chosen: Spot[];
  /** The rows are shown although nothing is left to settle. */
  wantsRows: boolean;
  /** Where the row shown stands among the rows, where that is known. */
  index: number | null;
  /** Where the grid shall go next. */
  goal: { index: number; field: string | null } | null;
}

const fresh = (): Shown => ({
  review: null,
  task: null,
  stopped: false,
  filter: null,
  count: 0,
  version: 0,
  spot: null,
  field: null,
  detail: null,
  dialog: null,
  chosen: [],
  wantsRows: false,
  index: null,
  goal: null,
});

export const shown = $state<Shown>(fresh());
/** The next news of the migration is our own edit, which the grid shows already. */
let quiet = false;
let of = "";
/** Nobody chose the rows that are shown; the first check brings better ones. */
let byDefault = true;

/** Begins with the migration that is open, or goes on where one was. */
export async function load(): Promise<void> {
  const path = session.migration?.path ?? "";
  if (path !== of) {
    Object.assign(shown, fresh());
    byDefault = true;
  }
  of = path;
  const wasQuiet = quiet;
  quiet = false;
  const review = await attempt(platform.review);
  if (!review) return;
  await take(review, wasQuiet);
  if (!review.holds && !shown.stopped && shown.task === null) await check();
}

async function take(review: ReviewState, keepRows: boolean): Promise<void> {
  shown.review = review;
  if (keepRows && shown.filter) {
    if (shown.spot) await show(shown.spot);
    return;
  }
  if (!stillThere(shown.filter, review) || (byDefault && shown.filter?.show.kind === "all")) {
    await choose(firstFilter(review));
    byDefault = true;
    return;
  }
  await recount();
  shown.version += 1;
  if (shown.spot) await show(shown.spot);
}

export async function check(): Promise<void> {
  shown.stopped = false;
  try {
    await run(
      (id) => (shown.task = id),
      (id) => platform.checkRows(id),
    );
  } catch (error) {
    const failed = asApiError(error);
    shown.stopped = true;
    if (failed.code !== "stopped") say(sentence(failed.message), { kind: "warning" });
  }
  shown.task = null;
  await attempt(refresh);
}

/** Shows other rows, from the first on. */
export async function choose(filter: Filter | null): Promise<void> {
  byDefault = false;
  shown.filter = filter;
  shown.index = null;
  shown.spot = null;
  shown.detail = null;
  shown.chosen = [];
  shown.field = filter?.show.kind === "rule" ? filter.show.field : null;
  await recount();
  shown.version += 1;
}

async function recount(): Promise<void> {
  const { filter } = shown;
  const count = filter ? ((await attempt(() => platform.reviewCount(filter))) ?? 0) : 0;
  if (shown.filter === filter) shown.count = count;
}

/** Shows a row in the panel. */
export async function show(spot: Spot): Promise<void> {
  shown.spot = spot;
  const detail = await platform.reviewRow(spot).catch(() => null);
  if (shown.spot?.row === spot.row && shown.spot.source === spot.source) shown.detail = detail;
}

/** Goes to the next open finding, or back to the one before. */
export async function goOn(backwards: boolean): Promise<void> {
  const found = await attempt(() => platform.nextFinding(shown.filter, shown.spot, backwards));
  if (!found) {
    say(t("review.noneOpen"));
    return;
  }
  shown.wantsRows = true;
  if (JSON.stringify(found.filter) !== JSON.stringify(shown.filter)) await choose(found.filter);
  const field = found.filter.show.kind === "rule" ? found.filter.show.field : null;
  shown.goal = { index: found.index, field };
  await show(found.spot);
}

/** Changes cells as one edit. Says whether it was done. */
export async function edit(cells: CellEdit[]): Promise<boolean> {
  const done = await attempt(() => platform.editCells(cells));
  if (!done || done.rows === 0) return false;
  quiet = true;
  await attempt(refresh);
  return true;
}

/** Repairs, says what was done, and offers the way back. Says whether it was done. */
export async function repair(scope: Scope, how: Repair): Promise<boolean> {
  const done = await attempt(() => platform.fix(scope, how));
  if (!done) return false;
  await attempt(refresh);
  say(said(how, done.rows), { undo: () => void undo() });
  return true;
}

function said(how: Repair, count: number): string {
  const keys = {
    suggested: "review.didFix",
    replace: "review.didReplace",
    find: "review.didReplace",
    set: "review.didFix",
    exclude: "review.didExclude",
    include: "review.didInclude",
    keep: "review.didKeep",
  } as const;
  return t(keys[how.kind], { count });
}

/** The findings of the rule that is shown; with `spots`, only theirs. */
export function scopeOf(filter: Filter, spots: Spot[] = []): Scope {
  const none: Scope = {
    dataset: filter.dataset,
    rule: null,
    field: null,
    severity: null,
    row: null,
    spots,
    except: [],
  };
  return filter.show.kind === "rule"
    ? { ...none, rule: filter.show.rule, field: filter.show.field, severity: filter.show.severity }
    : none;
}

/** The rows that an action is for: those chosen together, or the one shown. */
export function chosenSpots(): Spot[] {
  if (shown.chosen.length > 1) return shown.chosen;
  return shown.spot ? [shown.spot] : [];
}

export function dataset(): ReviewDataset | null {
  return shown.review?.datasets.find((known) => known.id === shown.filter?.dataset) ?? null;
}

/** The rule whose rows are shown. */
export function chosenRule(): CheckedRule | null {
  const { filter, review } = shown;
  if (!filter || filter.show.kind !== "rule") return null;
  const wanted = JSON.stringify(filter);
  return review?.rules.find((rule) => JSON.stringify(ruleFilter(rule)) === wanted) ?? null;
}

export function openErrors(): number {
  return open("error");
}

export function openWarnings(): number {
  return open("warning");
}

/** Nothing is left to settle, and the rows were checked. */
export function isClean(): boolean {
  return Boolean(shown.review?.holds) && openErrors() + openWarnings() === 0;
}

function open(severity: string): number {
  const rules = shown.review?.rules.filter((rule) => rule.severity === severity) ?? [];
  return rules.reduce((sum, rule) => sum + rule.count, 0);
}

function stillThere(filter: Filter | null, review: ReviewState): boolean {
  if (!filter || !review.datasets.some((known) => known.id === filter.dataset)) return false;
  if (filter.show.kind !== "rule") return true;
  return review.rules.some((rule) => JSON.stringify(ruleFilter(rule)) === JSON.stringify(filter));
}

function firstFilter(review: ReviewState): Filter | null {
  const [rule] = review.rules;
  if (rule) return ruleFilter(rule);
  const [first] = review.datasets;
  return first ? { dataset: first.id, show: { kind: "all" } } : null;
}
