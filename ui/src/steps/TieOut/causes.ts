// Why rows may make a difference, in words.
import type { Cause } from "../../generated/bindings";
import { t } from "../../lib/text/text.svelte";

export function causeName(cause: Cause): string {
  const names: Record<Cause, string> = {
    repeated: t("tieOut.repeated"),
    excluded: t("tieOut.excluded"),
    with_errors: t("tieOut.withErrors"),
    corrected: t("tieOut.corrected"),
    as_read: t("tieOut.asRead"),
  };
  return names[cause];
}

export function causeText(cause: Cause): string {
  const texts: Record<Cause, string> = {
    repeated: t("tieOut.repeatedText"),
    excluded: t("tieOut.excludedText"),
    with_errors: t("tieOut.withErrorsText"),
    corrected: t("tieOut.correctedText"),
    as_read: t("tieOut.asReadText"),
  };
  return texts[cause];
}
