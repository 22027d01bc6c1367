// The figures being typed: one text per cell, as typed, and what they come to. Cells are named `dataset|currency|month`.
import { SvelteMap } from "svelte/reactivity";
import type { Expected, Figure, Totals } from "../../generated/bindings";
import { equal, minus, sum, typed } from "../../lib/decimal";
import { decimal, decimalMark } from "../../lib/format";
import { currencies, isByMonth, keyOf, linesOf, measures, ROWS, type Measure } from "./standing";

/** How the old report gives the value of a dataset. */
export type Layout = "months" | "total";

export interface Grid {
  rows: { label: string; month: string; dataset: string }[];
  columns: string[];
}

export type Check =
  { state: "empty" | "agrees" } | { state: "missing"; count: number } | { state: "differs"; by: string };

export class Figures {
  readonly cells = new SvelteMap<string, string>();
  readonly layouts = new SvelteMap<Measure, Layout>();

  constructor(
    readonly totals: Totals,
    expected: Expected,
  ) {
    for (const figure of expected.figures) this.cells.set(keyOf(figure), decimal(figure.amount));
    for (const measure of measures(totals)) {
      const lines = linesOf(totals, measure);
      const typedByMonth = currencies(lines).some((currency) => isByMonth(lines, currency));
      this.layouts.set(measure, typedByMonth || measure === "usage" ? "months" : "total");
    }
  }

  months(measure: Measure): string[] {
    if (measure === ROWS || this.layouts.get(measure) === "total") return [];
    const months = linesOf(this.totals, measure).map((line) => line.month);
    return months.filter((month, index) => month !== "" && months.indexOf(month) === index).sort();
  }

  text(key: string): string {
    return this.cells.get(key) ?? "";
  }

  /** What was typed as a figure; `null` when it is none. */
  figure(key: string): string | null {
    return typed(this.text(key), decimalMark());
  }

  isWrong(key: string): boolean {
    return this.text(key).trim() !== "" && this.figure(key) === null;
  }

  /** The sum of the months of a currency that were typed. */
  typedSum(measure: Measure, currency: string): string {
    return sum(this.months(measure).map((month) => this.figure(`${measure}|${currency}|${month}`) ?? "0"));
  }

  /** Whether the months add up to the total that the report prints. */
  check(measure: Measure, currency: string): Check {
    const months = this.months(measure).map((month) => `${measure}|${currency}|${month}`);
    const missing = months.filter((key) => this.figure(key) === null).length;
    const printed = this.figure(`${measure}|${currency}|`);
    if (missing === months.length && printed === null) return { state: "empty" };
    if (missing > 0 || printed === null)
      return { state: "missing", count: missing + (printed === null ? 1 : 0) };
    const of = this.typedSum(measure, currency);
    return equal(of, printed) ? { state: "agrees" } : { state: "differs", by: minus(of, printed) };
  }

  /** Cells still empty in columns that were begun. */
  toGo(): number {
    const checks = measures(this.totals)
      .filter((measure) => this.months(measure).length > 0)
      .flatMap((measure) =>
        currencies(linesOf(this.totals, measure)).map((currency) => this.check(measure, currency)),
      );
    return checks.reduce((count, check) => count + (check.state === "missing" ? check.count : 0), 0);
  }

  wrong(): number {
    return [...this.cells.keys()].filter((key) => this.isWrong(key)).length;
  }

  slips(): number {
    return measures(this.totals)
      .filter((measure) => this.months(measure).length > 0)
      .flatMap((measure) =>
        currencies(linesOf(this.totals, measure)).map((currency) => this.check(measure, currency)),
      )
      .filter((check) => check.state === "differs").length;
  }

  /** All figures typed, as the program takes them. */
  all(): Figure[] {
    return [...this.cells.keys()].flatMap((key) => {
      const amount = this.figure(key);
      const [dataset = "", currency = "", month = ""] = key.split("|");
      const isHidden = month !== "" && this.layouts.get(dataset) === "total";
      return amount === null || isHidden ? [] : [{ dataset, currency, month, amount }];
    });
  }
}
