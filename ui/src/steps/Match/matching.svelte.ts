// What the Match screen shows: the mapping of one group of files as the program said it last, and which field is chosen. Every change
// goes to the program at once and the answer is shown; nothing is kept only here but the choice and the order of the rows.
import type {
  FieldMapping,
  FieldRow,
  MappingChange,
  MappingChanged,
  MatchedDataset,
  MatchedFields,
  MatchedGroup,
  SyncBehaviour,
} from "../../generated/bindings";
import { datasetName } from "../../lib/destinations";
import { attempt } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { refresh, undo as undoEdit } from "../../lib/session.svelte";
import { said } from "../../lib/text/engine";
import { t } from "../../lib/text/text.svelte";
import { say } from "../../lib/toasts.svelte";

interface Matching {
  datasets: readonly MatchedDataset[] | null;
  view: MatchedFields | null;
  /** The field that the panel explains. */
  chosen: string | null;
  /** Ids as they stood when the group was shown: answering a question moves no row. */
  order: readonly string[];
  /** What is searched for. */
  wanted: string;
  busy: boolean;
  /** The next question takes the focus when it is shown. */
  answering: boolean;
}

export const matching = $state<Matching>({
  datasets: null,
  view: null,
  chosen: null,
  order: [],
  wanted: "",
  busy: false,
  answering: false,
});

const BY_SURENESS = ["question", "likely", "certain", "user", "fixed", "none"] as const;

/** Shows the first group of files with something open, or the first. */
export async function begin(): Promise<void> {
  Object.assign(matching, {
    datasets: null,
    view: null,
    chosen: null,
    order: [],
    wanted: "",
    answering: false,
  });
  await loadDatasets();
  const first = firstOpen(groups());
  if (first) await showGroup(first.group);
}

/** The groups of files of all datasets, as they stand on the screen. */
export function groups(): readonly MatchedGroup[] {
  return matching.datasets?.flatMap((dataset) => dataset.groups) ?? [];
}

/** Those of the dataset that is shown. */
export function groupsShown(): readonly MatchedGroup[] {
  return matching.datasets?.find(({ dataset }) => dataset === matching.view?.dataset)?.groups ?? [];
}

export function isDone(group: MatchedGroup): boolean {
  return group.questions === 0 && group.unmatched.length === 0;
}

/** What lacks a required field goes before what only asks. */
function firstOpen(of: readonly MatchedGroup[]): MatchedGroup | undefined {
  return of.find((group) => group.unmatched.length > 0) ?? of.find((group) => !isDone(group)) ?? of[0];
}

/** Shows a dataset, at the first of its groups with something open. */
export async function showDataset(dataset: MatchedDataset): Promise<void> {
  const first = firstOpen(dataset.groups);
  if (first) await showGroup(first.group);
}

/** Shows a group of files, at its first question, or else at the first required field without a column. */
export async function showGroup(group: number): Promise<void> {
  const view = await fetched(group);
  if (!view) return;
  matching.view = view;
  matching.wanted = "";
  matching.order = ordered(view.fields);
  const asked = matching.order.find((id) =>
    view.fields.some((row) => row.mapping.field === id && row.question),
  );
  const lacking = matching.order.find((id) =>
    view.fields.some((row) => row.mapping.field === id && row.required && !isMatched(row)),
  );
  matching.chosen = asked ?? lacking ?? matching.order[0] ?? null;
}

/** Required first; then what asks, what is likely, what is certain, what is empty. */
export function ordered(fields: readonly FieldRow[]): string[] {
  const rank = (field: FieldRow): number =>
    field.required ? -1 : BY_SURENESS.indexOf(field.by_meter ? "certain" : field.mapping.confidence);
  return fields
    .map((field, index) => ({ id: field.mapping.field, rank: rank(field), index }))
    .sort((left, right) => left.rank - right.rank || left.index - right.index)
    .map(({ id }) => id);
}

/** The fields in the order of the screen; new ones stand at the end. */
export function rows(): FieldRow[] {
  const fields = matching.view?.fields ?? [];
  const place = (field: FieldRow): number => {
    const at = matching.order.indexOf(field.mapping.field);
    return at < 0 ? matching.order.length : at;
  };
  return [...fields].sort((left, right) => place(left) - place(right));
}

export function chosenField(): FieldRow | null {
  return matching.view?.fields.find((field) => field.mapping.field === matching.chosen) ?? null;
}

export function isMatched(field: FieldRow): boolean {
  return field.by_meter || columnsOf(field).length > 0 || (field.mapping.constant ?? null) !== null;
}

export function columnsOf(field: FieldRow): readonly string[] {
  return field.mapping.columns ?? [];
}

/** Open questions of all files. */
export function openQuestions(): number {
  return groups().reduce((sum, group) => sum + group.questions, 0);
}

/** Labels of required fields without a column: of the files that are shown, or else of the first that lack one. */
export function unmatched(): { group: MatchedGroup; fields: string[] } | null {
  const lacking = groups().filter((group) => group.unmatched.length > 0);
  const group = lacking.find((group) => group.group === matching.view?.group) ?? lacking[0];
  return group ? { group, fields: group.unmatched.map(said) } : null;
}

/** Goes to the next field that asks, after the chosen one, through all groups of files and round again. */
export async function nextQuestion(): Promise<void> {
  const { view, chosen } = matching;
  if (!view) return;
  const asks = rows().filter((field) => field.question);
  const here = rows().findIndex((field) => field.mapping.field === chosen);
  const later = asks.find((field) => rows().indexOf(field) > here);
  if (later) {
    matching.wanted = "";
    matching.chosen = later.mapping.field;
    return;
  }
  const all = groups();
  const at = all.findIndex((group) => group.group === view.group);
  const round = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  const next = round.find((group) => group.questions > 0);
  if (!next) return;
  await showGroup(next.group);
}

/** Makes changes and shows what came of them. `told` says what happened. Whether they were made. */
export async function change(
  changes: MappingChange[],
  told: string | ((changed: MappingChanged) => string),
): Promise<boolean> {
  const { view } = matching;
  if (!view) return false;
  matching.busy = true;
  const changed = await attempt(() => platform.changeMapping(view.group, changes));
  matching.busy = false;
  if (!changed) return false;
  await reload(view.group);
  say(typeof told === "string" ? told : told(changed), { undo: () => void undo() });
  return true;
}

/** Like [`change`], but a refusal is the caller's to show: thrown as it came. */
export async function changeHere(changes: MappingChange[], told: string): Promise<void> {
  const { view } = matching;
  if (!view) return;
  await platform.changeMapping(view.group, changes);
  await reload(view.group);
  say(told, { undo: () => void undo() });
}

/** Decides by which field records are found again and what may be done to them. Whether it was decided. */
export async function setSync(key: string, behaviour: SyncBehaviour): Promise<boolean> {
  const { view } = matching;
  if (!view) return false;
  const { dataset } = view;
  if ((await attempt(() => platform.setSync(dataset, key, behaviour))) === undefined) return false;
  await reload(view.group);
  const does = t(`match.does_${behaviour}`);
  const told = { dataset: datasetName(dataset), key: fieldLabel(view, key), does };
  say(t("match.syncSaved", told), { undo: () => void undo() });
  return true;
}

/** Decides whether a field is set only where the destination has nothing in it. */
export async function setFill(field: FieldRow, fill: boolean): Promise<void> {
  const { view } = matching;
  if (!view) return;
  const { dataset } = view;
  if ((await attempt(() => platform.setFill(dataset, field.mapping.field, fill))) === undefined) return;
  await reload(view.group);
  say(t(fill ? "match.fillSet" : "match.fillUnset", { field: field.label }), { undo: () => void undo() });
}

/** Decides whether the list that a field is an entry of becomes what is sent. */
export async function setList(field: FieldRow, replace: boolean): Promise<void> {
  const { view } = matching;
  if (!view || !field.list) return;
  const { dataset } = view;
  const { name, label } = field.list;
  if ((await attempt(() => platform.setList(dataset, name, replace))) === undefined) return;
  await reload(view.group);
  const list = said(label);
  say(t(replace ? "match.replaceSet" : "match.replaceUnset", { list }), { undo: () => void undo() });
}

/** What a field is called here; one that has no line is shown by its id. */
export function fieldLabel(view: MatchedFields, id: string): string {
  return view.fields.find((field) => field.mapping.field === id)?.label ?? id;
}

/** Takes back the last change of the matching; without one, the last edit. */
export async function undo(): Promise<void> {
  const { view } = matching;
  if (!view?.undo) return undoEdit();
  const undone = await attempt(() => platform.undoMapping(view.group));
  if (!undone) return;
  await reload(view.group);
  say(t("match.takenBack"));
}

export async function setColumns(field: FieldRow, columns: readonly string[]): Promise<boolean> {
  const id = field.mapping.field;
  const { label } = field;
  return change([{ change: "columns", field: id, columns: [...columns] }], ({ steps_kept }) => {
    if (columns.length === 0) return t("match.takenOff", { field: label });
    const key = steps_kept.length > 0 ? "match.stepsKept" : "match.changedColumn";
    return t(key, { field: label, column: columns.join(" + ") });
  });
}

export async function reload(group: number): Promise<void> {
  const [view] = await Promise.all([fetched(group), loadDatasets(), attempt(refresh)]);
  if (!view) return;
  // Another key makes other fields required, and those stand first.
  if (required(view) !== required(matching.view)) matching.order = ordered(view.fields);
  matching.view = view;
  const ids = view.fields.map((field) => field.mapping.field);
  if (!matching.chosen || !ids.includes(matching.chosen))
    matching.chosen = matching.order.find((id) => ids.includes(id)) ?? null;
}

function required(view: MatchedFields | null): string {
  return (view?.fields ?? [])
    .filter((field) => field.required)
    .map((field) => field.mapping.field)
    .join(" ");
}

/** A plain copy, as the program takes it. */
export function proposal(field: FieldRow, change: Partial<FieldMapping> = {}): FieldMapping {
  return { ...$state.snapshot(field.mapping), ...change } as FieldMapping;
}

/** With the fields called as the user's language calls them. */
async function fetched(group: number): Promise<MatchedFields | undefined> {
  const view = await attempt(() => platform.matchedFields(group));
  for (const field of view?.fields ?? []) {
    if (!field.is_own) Object.assign(field, { label: said(field.label), help: said(field.help) });
  }
  return view;
}

async function loadDatasets(): Promise<void> {
  matching.datasets = (await attempt(platform.matchedDatasets)) ?? [];
}
