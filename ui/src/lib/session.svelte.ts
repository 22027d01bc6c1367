// What is on screen: the open migration and the place shown. The truth is in the migration's file; this holds only what the
// program said last, and asks again after each change.
import type { AppInfo, Opened, Preferences, RowPlace, Summary } from "../generated/bindings";
import { attempt, sentence } from "./errors.svelte";
import { platform } from "./platform/platform";
import { STEPS, stepStandings, type StepId } from "./steps";
import { said } from "./text/engine";
import { speak, t } from "./text/text.svelte";
import { wear } from "./theme";
import { say } from "./toasts.svelte";

export type Place = "start" | "settings" | "audit" | "history" | StepId;

interface Session {
  info: AppInfo;
  preferences: Preferences;
  migration: Summary | null;
  place: Place;
  /** Where Back from a place beside the steps leads. */
  before: Place;
  /** The row at which Review opens, when another step leads there. */
  row: RowPlace | null;
  /** An edit is being taken back, or brought back. */
  turning: "undo" | "redo" | null;
  /** What the screen itself would take back before any edit: Match keeps a history of its own. */
  ownUndo: { label: string; run: () => Promise<void> } | null;
}

export const session = $state<Session>({
  info: { version: "", system: "", destinations: [] },
  preferences: { who: "", language: "system", theme: "system" },
  migration: null,
  place: "start",
  before: "start",
  row: null,
  turning: null,
  ownUndo: null,
});

/** Asks the program for everything the first screen needs. */
export async function begin(): Promise<void> {
  const [info, preferences] = await Promise.all([platform.appInfo(), platform.preferences()]);
  session.info = info;
  prefer(preferences);
}

export function go(place: Place): void {
  if (isBeside(place) && !isBeside(session.place)) session.before = session.place;
  session.place = place;
}

/** Places beside the steps, from which Back leads to where one was. */
export function isBeside(place: Place): place is "settings" | "audit" | "history" {
  return place === "settings" || place === "audit" || place === "history";
}

/** Opens a migration the user chose and shows the step it stands at. */
export async function open(path: string): Promise<void> {
  const summary = await attempt(() => platform.openMigration(path));
  if (summary) show(summary);
}

/** Shows a migration at the first step that is not done. What Files asks is asked on Match as well, beside all else there. */
export function show(summary: Summary): void {
  session.migration = summary;
  const standings = stepStandings(summary.standing);
  const steps = summary.standing.files > 0 ? STEPS.slice(1) : STEPS;
  session.place = steps.find((step) => standings[step].state !== "done") ?? "report";
}

/** Shows a migration just made, and says which files it did not take. */
export function showOpened({ summary, not_added }: Opened): void {
  show(summary);
  const [first, ...others] = not_added;
  if (!first) return;
  const text = sentence(first.error.message);
  say(others.length > 0 ? t("start.notAddedMore", { text, count: others.length }) : text, {
    kind: "warning",
  });
}

/** Asks where the open migration stands; to be called after whatever changes it. */
export async function refresh(): Promise<void> {
  session.migration = await platform.currentMigration();
}

export async function close(): Promise<void> {
  await attempt(platform.closeMigration);
  session.migration = null;
  session.place = "start";
}

/** What an undo would take back, as it is called. */
export function undoable(): string | null {
  return session.ownUndo?.label ?? session.migration?.undo ?? null;
}

/** Takes back the screen's own last change or else the newest edit, and says which it was. */
export async function undo(): Promise<void> {
  if (session.ownUndo) await session.ownUndo.run();
  else if (session.migration?.undo) await turn("undo");
}

export async function redo(): Promise<void> {
  if (session.migration?.redo) await turn("redo");
}

/** Preferences as kept, put into effect. */
export function prefer(preferences: Preferences): void {
  session.preferences = preferences;
  speak(preferences.language);
  wear(preferences.theme);
}

async function turn(which: "undo" | "redo"): Promise<void> {
  if (session.turning) return;
  session.turning = which;
  const label = await attempt(platform[which]);
  if (label) say(t(which === "undo" ? "shell.undone" : "shell.redone", { label: said(label) }));
  await attempt(refresh);
  session.turning = null;
}
