// What the steps and places are called on screen.
import type { Place } from "../lib/session.svelte";
import type { StepId } from "../lib/steps";
import { t } from "../lib/text/text.svelte";

export function stepName(step: StepId): string {
  const names = {
    files: t("shell.stepFiles"),
    match: t("shell.stepMatch"),
    review: t("shell.stepReview"),
    tieOut: t("shell.stepTieOut"),
    upload: t("shell.stepUpload"),
    report: t("shell.stepReport"),
  };
  return names[step];
}

export function placeName(place: Place): string {
  if (place === "start") return t("start.title");
  if (place === "audit") return t("audit.title");
  if (place === "history") return t("history.title");
  return place === "settings" ? t("settings.title") : stepName(place);
}
