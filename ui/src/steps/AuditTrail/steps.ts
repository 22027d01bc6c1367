// The steps as the trail names them, in the user's language.
import { stepName } from "../../shell/names";
import type { Entry } from "../../generated/bindings";
import type { StepId } from "../../lib/steps";
import { said } from "../../lib/text/engine";
import { t } from "../../lib/text/text.svelte";

const STEPS: Record<string, StepId> = {
  Files: "files",
  Match: "match",
  Review: "review",
  "Tie out": "tieOut",
  Upload: "upload",
  Report: "report",
};

/** Steps in which people give reasons: their details are shown as they were written. */
const WITH_REASONS: readonly (StepId | undefined)[] = ["review", "tieOut", "report"];
/** What Carryover itself adds there. */
const COUNTED = /^(Checked every row|Entered .+ by hand|Read back what was loaded)$/;

/** What an entry says beside what was done, in the user's language unless a person wrote it. */
export function trailDetail({ step, what, detail }: Entry): string {
  const isWritten = WITH_REASONS.includes(STEPS[step]) && !COUNTED.test(what);
  return isWritten ? detail : said(detail);
}

export function trailStep(step: string): string {
  const id = STEPS[step];
  if (id) return stepName(id);
  return step === "Start" ? t("audit.stepStart") : step;
}
