// Words for what the program says by id: runs and what became of records.
import type { RunLine } from "../../generated/bindings";
import { datasetName as nameOf } from "../../lib/destinations";
import { t, type Key } from "../../lib/text/text.svelte";

type Kind = "ok" | "warning" | "error" | "note" | "excluded" | "idle";

const MODES = ["everything", "first", "failed"] as const;
const ENDED = { finished: "ok", running: "warning", stopped: "warning", given_up: "excluded" } as const;
const STAGES = ["streams", "products", "prices"] as const;
const STATUSES = {
  created: "ok",
  updated: "ok",
  unchanged: "idle",
  refused: "error",
  doubtful: "warning",
  taken_back: "excluded",
  stays: "warning",
  split: "note",
  superseded: "note",
} as const satisfies Record<string, Kind>;

export type RecordStatus = keyof typeof STATUSES;
export const RECORD_STATUSES = Object.keys(STATUSES) as RecordStatus[];

/** What a run was to do. */
export function runWhat(run: RunLine): string {
  if (run.takes_back !== null) return t("history.takesBack", { run: run.takes_back });
  return t(`history.mode_${MODES.find((mode) => mode === run.mode) ?? "everything"}`);
}

export function runEnded({ state, takes_back }: RunLine): { kind: Kind; text: string } {
  // As long as a run is taken back, nobody can look at the list: what is not finished was cut off.
  if (takes_back !== null && state === "running") return { kind: "warning", text: t("history.ended_cutOff") };
  const known = state in ENDED ? (state as keyof typeof ENDED) : "running";
  return { kind: ENDED[known], text: t(`history.ended_${known}`) };
}

export function recordStatus(status: string): { kind: Kind; text: string } {
  const known = status in STATUSES ? (status as RecordStatus) : "doubtful";
  return { kind: STATUSES[known], text: t(`history.status_${known}` as Key) };
}

/** A dataset, or what is made on the way of one. */
export function stageName(id: string): string {
  const known = STAGES.find((stage) => stage === id);
  return known ? t(`history.${known}`) : nameOf(id);
}

/** JSON laid out for reading; anything else as it is. Digits stay as they came: nothing is read as a number. */
export function laidOut(text: string): string {
  let depth = 0;
  let quoted = false;
  let out = "";
  const line = (): string => `\n${"  ".repeat(depth)}`;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? "";
    if (quoted) {
      out += sign;
      if (sign === "\\") out += text[(at += 1)] ?? "";
      else if (sign === '"') quoted = false;
    } else if (sign === '"') {
      quoted = true;
      out += sign;
    } else if (sign === "{" || sign === "[") {
      const end = text.slice(at + 1).trimStart()[0];
      if (end === "}" || end === "]") {
        out += sign + end;
        at = text.indexOf(end, at);
      } else {
        depth += 1;
        out += sign + line();
      }
    } else if (sign === "}" || sign === "]") {
      depth -= 1;
      out += line() + sign;
    } else if (sign === ",") out += sign + line();
    else if (sign === ":") out += ": ";
    else if (!/\s/.test(sign)) out += sign;
  }
  return out;
}
