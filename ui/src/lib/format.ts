// Figures and dates as the user's locale writes them. Amounts are decimal text and stay exact: no float touches them.
// Dates are days; no time zone shifts them. Instants are shown in the user's zone.
import { locale, t } from "./text/text.svelte";

const MINUS = "−";
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** A count of rows: `1,204`. */
export function count(value: number): string {
  return sign(numbers({}).format(value));
}

/** A decimal as text, grouped, with all its digits and at least `digits` after the mark: `-4318.6` → `−4,318.60`. */
export function decimal(text: string, digits = 0): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (!match) return text;
  const [, minus = "", whole = "0", fraction = ""] = match;
  const grouped = numbers({}).format(BigInt(whole));
  const after = fraction.padEnd(digits, "0");
  const isZero = /^0*$/.test(whole + fraction);
  return (minus && !isZero ? MINUS : "") + grouped + (after ? mark() + after : "");
}

/** Money in a currency's main unit, without the code: `4,318.60`. For columns headed by the code. */
export function amount(text: string, currency: string): string {
  return decimal(text, minorDigits(currency));
}

/** Money with its code, never a symbol: `EUR 4,318.60`. */
export function money(text: string, currency: string): string {
  return `${currency} ${amount(text, currency)}`;
}

/** A day as written in ISO: `2026-05-31` → `31 May 2026`. */
export function date(iso: string): string {
  return calendar(iso, { day: "numeric", month: "short", year: "numeric" });
}

/** A month: `2026-05` → `May 2026`. */
export function month(iso: string): string {
  return calendar(`${iso}-01`, { month: "short", year: "numeric" });
}

/** The name of a month alone, as short as it goes: `2026-05` → `May`. */
export function monthName(iso: string): string {
  return calendar(`${iso}-01`, { month: "short" });
}

/** An instant for lists: `Today, 14:02`, otherwise the day. */
export function moment(iso: string, now: Date = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  if (at.toDateString() === now.toDateString()) return t("common.todayAt", { time: time(iso) });
  return day(iso);
}

/** An instant within a sentence: `today at 14:02`, `on 2 Oct 2026`. */
export function momentIn(iso: string, now: Date = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  if (at.toDateString() === now.toDateString()) return t("common.todayIn", { time: time(iso) });
  return t("common.onDay", { day: moment(iso, now) });
}

/** An instant to the second, for lists that must be exact: `12 Oct 2026, 14:10:12`. */
export function instant(iso: string): string {
  const at = new Date(iso);
  const exact = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  return Number.isNaN(at.getTime())
    ? iso
    : dates({ day: "numeric", month: "short", year: "numeric", ...exact }).format(at);
}

/** The time of day of an instant, to the second: `14:10:12`. */
export function second(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime())
    ? iso
    : dates({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);
}

/** The day of an instant: `12 Oct 2026`. */
export function day(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime())
    ? iso
    : dates({ day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** The time of day of an instant: `14:02`. */
export function time(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : dates({ hour: "2-digit", minute: "2-digit" }).format(at);
}

/** A share as whole percent, rounded down so that 100 % means all. */
export function percent(part: number, of: number): string {
  const share = of > 0 ? Math.floor((part / of) * 100) : 0;
  return numbers({ style: "percent" }).format(share / 100);
}

/** A rest of time, rounded as one says it: `about 4 min left`. */
export function remaining(seconds: number): string {
  if (seconds < 60) return t("common.secondsLeft", { count: Math.max(5, Math.ceil(seconds / 5) * 5) });
  const minutes = Math.round(seconds / 60);
  return minutes < 90
    ? t("common.minutesLeft", { count: minutes })
    : t("common.hoursLeft", { count: Math.round(minutes / 60) });
}

function calendar(iso: string, options: Intl.DateTimeFormatOptions): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (!match) return iso;
  const [, year, month, day] = match.map(Number);
  return dates({ ...options, timeZone: "UTC" }).format(new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day)));
}

function minorDigits(currency: string): number {
  try {
    return numbers({ style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    // Not a currency code; the file may hold anything.
    return 2;
  }
}

/** The decimal mark of the locale. */
export function decimalMark(): "." | "," {
  return mark() === "," ? "," : ".";
}

/** With a sign also when it is more: `+4,318.60`. Zero has none. */
export function difference(text: string, currency: string): string {
  const shown = currency ? amount(text, currency) : decimal(text);
  return /[1-9]/.test(text) && !text.startsWith("-") ? `+${shown}` : shown;
}

/** A size on disk: `14.2 MB`. */
export function bytes(size: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3));
  const digits = power < 2 ? 0 : 1;
  return numbers({
    style: "unit",
    unit: units[power] ?? "byte",
    maximumFractionDigits: digits,
  }).format(size / 1000 ** power);
}

function mark(): string {
  return (
    numbers({ minimumFractionDigits: 1 })
      .formatToParts(0)
      .find((part) => part.type === "decimal")?.value ?? "."
  );
}

function sign(text: string): string {
  return text.replace("-", MINUS);
}

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return kept("n", options, () => new Intl.NumberFormat(locale(), options)) as Intl.NumberFormat;
}

function dates(options: Intl.DateTimeFormatOptions): { format: (at: Date) => string } {
  const format = kept("d", options, () => new Intl.DateTimeFormat(locale(), options)) as Intl.DateTimeFormat;
  // British English has one month of four letters; in figures under each other all have three.
  return { format: (at) => format.format(at).replace(/\bSept\b(?!\.)/, "Sep") };
}

/** Making a format costs far more than using it, and tables use thousands. */
function kept(
  kind: string,
  options: object,
  make: () => Intl.NumberFormat | Intl.DateTimeFormat,
): Intl.NumberFormat | Intl.DateTimeFormat {
  const key = `${kind} ${locale()} ${JSON.stringify(options)}`;
  const found = formats.get(key) ?? make();
  formats.set(key, found);
  return found;
}
