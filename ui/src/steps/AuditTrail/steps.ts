// The steps as the trail names them, in the user's language.
import { stepName } from "../../shell/names";
import type { StepId } from "../../lib/steps";
import { t } from "../../lib/text/text.svelte";

const STEPS: Record<string, StepId> = {
  Files: "files",
  Match: "match",
  Review: "review",
  "Tie out": "tieOut",
  Upload: "upload",
  Report: "report",
};

export function trailStep(step: string): string {
  const id = STEPS[step];
  if (id) return stepName(id);
  return step === "Start" ? t("audit.stepStart") : step;
}
