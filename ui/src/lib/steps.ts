// What the rail says about each step, from the figures of a migration. Pure: figures in, words and states out.
import type { RecentMigration, Standing, UploadStanding } from "../generated/bindings";
import { count, percent } from "./format";
import { t } from "./text/text.svelte";

export const STEPS = ["files", "match", "review", "tieOut", "upload", "report"] as const;
export type StepId = (typeof STEPS)[number];

/** To do, done, something to decide, something wrong. Which one is shown is the rail's to know. */
export type StepState = "todo" | "done" | "attention" | "errors";

export interface StepStanding {
  state: StepState;
  /** No longer than [`LONGEST_DETAIL`]. */
  detail: string;
}

/** Characters that fit into the rail. */
export const LONGEST_DETAIL = 22;

const TODO: StepStanding = { state: "todo", detail: "" };
/** The preparer's and the approver's. */
const SIGNATURES = 2;

/** How an upload that is under way goes on. It waits for a destination that cannot be reached. */
export type Sending = "running" | "paused" | "waiting";

/** `destination`: as it is called on screen. */
export function stepStandings(
  standing: Standing,
  sending: Sending | null = null,
  destination = "",
): Record<StepId, StepStanding> {
  return {
    files: read(standing),
    match: matched(standing),
    review: reviewed(standing),
    tieOut: tiedOut(standing),
    upload: uploaded(standing, sending, destination),
    report: reported(standing),
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
  const { signatures = 0 } = standing;
  if (migration.missing) return { kind: "error", text: t("start.missing"), action: "find" };
  if (signatures >= SIGNATURES) return { kind: "ok", text: t("start.closed"), action: "open" };
  if (signatures > 0) return { kind: "question", text: t("start.toApprove"), action: "open" };
  if (standing.upload?.broken_off) {
    const text = t("start.uploadPaused", { percent: percent(standing.upload.settled, standing.upload.of) });
    return { kind: "paused", text, action: "resume" };
  }
  if (standing.upload && !standing.upload.finished) {
    const { settled, of } = standing.upload;
    const text = t("start.partSent", { settled: count(settled), of: count(of) });
    return { kind: "idle", text, action: "open" };
  }
  if (standing.upload && standing.checked) return { kind: "ok", text: t("start.uploaded"), action: "open" };
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

function uploaded({ upload, checked }: Standing, sending: Sending | null, destination: string): StepStanding {
  if (sending === "waiting") return attention(t("shell.waitsFor", { destination }));
  if (!upload) return TODO;
  const share = percent(upload.settled, upload.of);
  if (sending === "running") return todo(t("shell.sendingAt", { percent: share }));
  // What is to be sent is known once the rows are checked, also after a newer file took the place of one that was sent.
  if (upload.finished && !checked) return TODO;
  if (upload.finished) return done(t("shell.sent", { count: count(upload.settled) }));
  if (sending === "paused" || upload.broken_off) return attention(t("shell.pausedAt", { percent: share }));
  return todo(partSent(upload));
}

/** The first few, or all but what was corrected since. Where there is room for a share only, that tells as much. */
function partSent({ settled, of }: UploadStanding): string {
  const exact = t("shell.partSent", { settled: count(settled), of: count(of) });
  return exact.length <= LONGEST_DETAIL ? exact : t("shell.shareSent", { percent: percent(settled, of) });
}

function reported({ signatures = 0, upload }: Standing): StepStanding {
  if (signatures >= SIGNATURES) return done(t("shell.closed"));
  if (signatures > 0) return todo(t("shell.waitsForApproval"));
  return upload?.finished ? todo(t("shell.notSigned")) : TODO;
}

function todo(detail: string): StepStanding {
  return { state: "todo", detail };
}

function done(detail: string): StepStanding {
  return { state: "done", detail };
}

function attention(detail: string): StepStanding {
  return { state: "attention", detail };
}
