// Control totals as the screen arranges them: by measure (the value of a dataset, or the counts of rows), by currency, by
// month. Pure: lines of the engine in, words and states out.
import type { TotalLine, Totals } from "../../generated/bindings";
import { isZero, sum } from "../../lib/decimal";
import { datasetName } from "../../lib/destinations";
import { month } from "../../lib/format";
import { t } from "../../lib/text/text.svelte";

/** `rows`, or the dataset whose value is meant. */
export type Measure = string;
export const ROWS: Measure = "rows";

export type State = "none" | "agrees" | "explained" | "open";

/** The measures there are figures for, values first. */
export function measures(totals: Totals): Measure[] {
  const valued = totals.totals.filter((line) => line.currency !== "").map((line) => line.dataset);
  return [...inOrder(valued), ROWS];
}

export function linesOf(totals: Totals, measure: Measure): TotalLine[] {
  return totals.totals.filter((line) =>
    measure === ROWS ? line.currency === "" : line.dataset === measure && line.currency !== "",
  );
}

export function currencies(lines: readonly TotalLine[]): string[] {
  return [...new Set(lines.map((line) => line.currency))].filter(Boolean).sort();
}

/** The months of a currency, oldest first; rows without a date are in none. */
export function monthsOf(lines: readonly TotalLine[], currency: string): TotalLine[] {
  return lines.filter((line) => line.currency === currency && line.month !== "");
}

/** The line of all months of a currency. */
export function wholeOf(lines: readonly TotalLine[], currency: string): TotalLine | undefined {
  return lines.find((line) => line.currency === currency && line.month === "");
}

/** Months are compared only where the old report gives them. */
export function isByMonth(lines: readonly TotalLine[], currency: string): boolean {
  return monthsOf(lines, currency).some((line) => line.expected !== null);
}

export function stateOf(line: TotalLine): State {
  if (line.difference === null || line.open === null) return "none";
  if (isZero(line.difference)) return "agrees";
  return isZero(line.open) ? "explained" : "open";
}

/** The worst of several lines. */
export function stateOfAll(lines: readonly TotalLine[]): State {
  const states = lines.map(stateOf);
  const order: State[] = ["open", "explained", "agrees"];
  return order.find((state) => states.includes(state)) ?? "none";
}

/** The sum over months, as the foot of the table shows it: only of what is compared. */
export function summed(months: readonly TotalLine[]): Omit<TotalLine, "dataset" | "currency" | "month"> {
  const of = (pick: (line: TotalLine) => string | null): string =>
    sum(months.map((line) => pick(line) ?? "0"));
  return {
    read: of((line) => line.read),
    expected: of((line) => line.expected),
    difference: of((line) => line.difference),
    explained: of((line) => line.explained),
    open: of((line) => line.open),
  };
}

export function keyOf(line: Pick<TotalLine, "dataset" | "currency" | "month">): string {
  return `${line.dataset}|${line.currency}|${line.month}`;
}

export { datasetName };

export function measureName(measure: Measure): string {
  if (measure === ROWS) return t("tieOut.rowCounts");
  if (measure === "usage") return t("tieOut.usageValue");
  if (measure === "contracts") return t("tieOut.contractsValue");
  return t("tieOut.valueOf", { dataset: datasetName(measure) });
}

/** A total as one says it: `May 2026, EUR`. */
export function lineName(line: Pick<TotalLine, "dataset" | "currency" | "month">): string {
  if (line.currency === "") return t("tieOut.rowsOf", { dataset: datasetName(line.dataset) });
  return [line.month ? month(line.month) : datasetName(line.dataset), line.currency].join(", ");
}

/** Datasets in the order in which they are loaded, others after them. */
function inOrder(datasets: readonly string[]): string[] {
  const order = ["usage", "contracts", "customers"];
  const place = (dataset: string): number => (order.indexOf(dataset) + order.length + 1) % (order.length + 1);
  return [...new Set(datasets)].sort((one, other) => place(one) - place(other) || one.localeCompare(other));
}
