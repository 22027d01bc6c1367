// What the rail says about each step, from the figures of a migration. Pure: figures in, words and states out.
import type { RecentMigration, Standing } from "../generated/bindings";
import { count, percent } from "./format";
import { t } from "./text/text.svelte";

export const STEPS = ["files", "match", "review", "tieOut", "upload", "report"] as const;
export type StepId = (typeof STEPS)[number];

/** To do, done, something to decide, something wrong. Which one is shown is the rail's to know. */
export type StepState = "todo" | "done" | "attention" | "errors";

export interface StepStanding {
  state: StepState;
  /** At most 22 characters. */
  detail: string;
}

const TODO: StepStanding = { state: "todo", detail: "" };

/** `sending`: whether an upload is under way. Without one, what is not finished stands paused. */
export function stepStandings(
  standing: Standing,
  sending: "running" | "paused" | null = null,
): Record<StepId, StepStanding> {
  return {
    files: read(standing),
    match: matched(standing),
    review: reviewed(standing),
    tieOut: tiedOut(standing),
    upload: uploaded(standing, sending === "running"),
    report: standing.closed ? done(t("shell.closed")) : TODO,
  };
}

/** One line for the list of recent migrations. */
export interface WhereItStands {
  kind: "ok" | "warning" | "error" | "question" | "paused" | "idle";
  text: string;
  action: "open" | "resume" | "find";
}

export function whereItStands(migration: RecentMigration): WhereItStands {
  const { standing } = migration;
  if (migration.missing) return { kind: "error", text: t("start.missing"), action: "find" };
  if (standing.closed) return { kind: "ok", text: t("start.closed"), action: "open" };
  if (standing.upload && !standing.upload.finished) {
    const text = t("start.uploadPaused", { percent: percent(standing.upload.settled, standing.upload.of) });
    return { kind: "paused", text, action: "resume" };
  }
  if (standing.upload) return { kind: "ok", text: t("start.uploaded"), action: "open" };
  if (standing.files === 0) return { kind: "idle", text: t("start.noFiles"), action: "open" };
  const open = standing.unmatched + standing.questions;
  if (open > 0) return { kind: "question", text: t("start.toMatch", { count: open }), action: "open" };
  if (!standing.checked) return { kind: "idle", text: t("start.notChecked"), action: "open" };
  if (standing.errors > 0)
    return { kind: "warning", text: t("start.errors", { count: standing.errors }), action: "open" };
  return { kind: "ok", text: t("start.readyToSend"), action: "open" };
}

function read({ files, file_questions: asked = 0 }: Standing): StepStanding {
  if (files === 0) return { state: "todo", detail: t("shell.noFiles") };
  const detail = t("shell.files", { count: files });
  return asked > 0 ? attention(`${detail}, ${t("shell.questions", { count: asked })}`) : done(detail);
}

function matched(standing: Standing): StepStanding {
  if (standing.files === 0) return TODO;
  if (standing.questions > 0) return attention(t("shell.questions", { count: standing.questions }));
  if (standing.unmatched > 0) return attention(t("shell.unmatched", { count: standing.unmatched }));
  return done(t("shell.datasets", { count: standing.datasets }));
}

function reviewed(standing: Standing): StepStanding {
  if (!standing.checked) return TODO;
  if (standing.errors > 0) return { state: "errors", detail: t("shell.errors", { count: standing.errors }) };
  if (standing.warnings > 0) return attention(t("shell.warnings", { count: standing.warnings }));
  return done(t("shell.allReady"));
}

function tiedOut(standing: Standing): StepStanding {
  if (standing.expected === 0 || standing.open_totals === null) return TODO;
  if (standing.open_totals > 0) return attention(t("shell.openTotals", { count: standing.open_totals }));
  return done(t("shell.totalsAgree"));
}

function uploaded(standing: Standing, isRunning: boolean): StepStanding {
  const { upload } = standing;
  if (!upload) return TODO;
  const share = percent(upload.settled, upload.of);
  if (isRunning) return { state: "todo", detail: t("shell.sendingAt", { percent: share }) };
  if (upload.finished) return done(t("shell.sent", { count: count(upload.settled) }));
  return attention(t("shell.pausedAt", { percent: share }));
}

function done(detail: string): StepStanding {
  return { state: "done", detail };
}

function attention(detail: string): StepStanding {
  return { state: "attention", detail };
}
