// What guesses are called on screen: datasets, separators, encodings, sizes.
import { datasetName as nameOf } from "../../lib/destinations";
import { count } from "../../lib/format";
import { locale, t } from "../../lib/text/text.svelte";

export interface Option {
  value: string;
  label: string;
}

const SEPARATORS = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "blank" } as const;
/** The usual ones of exports, by their WHATWG labels. */
const ENCODINGS: Record<string, string> = {
  "utf-8": "UTF-8",
  "windows-1252": "Windows-1252",
  "iso-8859-15": "ISO 8859-15",
  "windows-1250": "Windows-1250",
  "windows-1251": "Windows-1251",
  "utf-16le": "UTF-16 LE",
  "utf-16be": "UTF-16 BE",
  macintosh: "Macintosh",
  shift_jis: "Shift JIS",
};
/** Header rows one can choose without typing. */
const HEADER_ROWS = 20;

/** What a file is: about a dataset, or only looked in. */
export function datasetName(id: string): string {
  return id === "lookup" ? t("files.lookup") : nameOf(id);
}

export function separators(current: string): Option[] {
  const known = Object.entries(SEPARATORS).map(([value, name]) => ({ value, label: t(`files.${name}`) }));
  return including(known, current, current);
}

export function encodings(current: string): Option[] {
  const known = Object.entries(ENCODINGS).map(([value, label]) => ({ value, label }));
  return including(known, current, current);
}

/** Stands for the first column, where the table lies on its side. */
export const FIRST_COLUMN = "column";

/** `0` stands for none. */
export function headerRows(current: string): Option[] {
  const rows = Array.from({ length: HEADER_ROWS }, (_, row) => String(row + 1));
  const none = { value: "0", label: t("files.noHeader") };
  const column = { value: FIRST_COLUMN, label: t("files.headerColumn") };
  return including([none, column, ...rows.map((value) => ({ value, label: value }))], current, current);
}

export function sheets(names: readonly string[]): Option[] {
  const all = names.length;
  return names.map((sheet, index) => ({
    value: sheet,
    label: all > 1 ? t("files.sheetOf", { sheet, number: count(index + 1), count: count(all) }) : sheet,
  }));
}

/** `312 kB`, `78.6 MB`. */
export function fileSize(bytes: number): string {
  const [unit, size] =
    bytes < 1_000_000
      ? ["kilobyte", Math.max(1, Math.round(bytes / 1000))]
      : bytes < 1_000_000_000
        ? ["megabyte", bytes / 1e6]
        : ["gigabyte", bytes / 1e9];
  const format = { style: "unit", unit: String(unit), maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale(), format).format(Number(size));
}

function including(known: Option[], value: string, label: string): Option[] {
  return known.some((option) => option.value === value) ? known : [...known, { value, label }];
}
