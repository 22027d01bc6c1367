// Values, periods and formats as a person reads them. The canonical text goes in; what is sent stays as it is.
import type { FieldKind, FieldRow } from "../../generated/bindings";
import { date, decimal } from "../../lib/format";
import { t, type Key } from "../../lib/text/text.svelte";

/** Periods that are offered; others can stand in a value map and are shown by their code. */
export const PERIODS = ["P1M", "P3M", "P6M", "P1Y", "P2M", "P2Y", "P1W", "P2W", "P1D", "P0D"] as const;

/** What will be sent, in the user's way to write numbers and dates. */
export function shownValue(kind: FieldKind, text: string): string {
  if (kind === "boolean") return text === "true" ? t("common.yes") : text === "false" ? t("common.no") : text;
  if (kind === "integer" || kind === "decimal") return decimal(text);
  if (kind === "date") return date(text);
  if (kind === "date_time") return instant(text);
  return text;
}

/** The values a field takes, where it takes only some. */
export function allowedValues(field: FieldRow): { value: string; label: string }[] | null {
  if (field.kind === "boolean")
    return ["true", "false"].map((value) => ({ value, label: shownValue("boolean", value) }));
  if (field.kind === "cadence") return PERIODS.map((value) => ({ value, label: period(value) }));
  return field.kind === "choice" ? field.allowed.map((value) => ({ value, label: value })) : null;
}

/** `Monthly, P1M`. */
export function period(code: string): string {
  const known = (PERIODS as readonly string[]).includes(code);
  return known ? t("match.period", { name: t(`match.${code}` as Key), code }) : code;
}

export type Order = "day" | "month" | "year" | "other";

export function dateOrder(format: string): Order {
  if (format.startsWith("d")) return "day";
  if (format.startsWith("M")) return "month";
  return format.startsWith("y") ? "year" : "other";
}

/** A date format as one says it: `dd/MM/yyyy` is day/month/year. Of a time nothing is said: it has only one order. */
export function spelled(format: string): string {
  const parts = { d: "match.partDay", M: "match.partMonth", y: "match.partYear" } as const;
  const day = format.replace(/[^dMy]*[HhX'].*$/, "");
  return day.replace(/[dMy]+/g, (letters) => t(parts[letters[0] as keyof typeof parts]));
}

/** Whether a number format like `1.234,56` has a decimal comma. */
export function hasComma(format: string): boolean {
  return format.lastIndexOf(",") > format.lastIndexOf(".");
}

/** An instant as it is, never shifted by a zone. */
function instant(text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(text);
  return match ? `${date(match[1] ?? "")}, ${match[2]} UTC` : text;
}
