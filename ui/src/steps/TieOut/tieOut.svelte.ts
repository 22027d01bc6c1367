// What the Tie out screen shows: the totals as the program said last, and what is selected in them.
import type { CheckedRule, Expected, TotalLine, Totals } from "../../generated/bindings";
import { Answers } from "../../lib/answers";
import { attempt } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { refresh, session } from "../../lib/session.svelte";
import { currencies, isByMonth, keyOf, linesOf, measures, stateOf, type Measure } from "./standing";

export type View = "loading" | "unchecked" | "expected" | "compare";

export class TieOut {
  view = $state<View>("loading");
  totals = $state<Totals | null>(null);
  expected = $state<Expected>({ report: "", figures: [] });
  rules = $state<CheckedRule[]>([]);
  measure = $state<Measure | "findings">("usage");
  currency = $state("");
  /** The total that the panel is about. */
  selected = $state<string | null>(null);
  private answers = new Answers();

  /** Asks for everything and shows the figures to type, or the worst difference where there are figures. */
  async load(): Promise<void> {
    if (!(await this.ask())) return;
    this.view = this.expected.figures.length > 0 ? "compare" : "expected";
    this.selectWorst();
  }

  /** Asks for everything again after the migration was changed. What is shown and selected stays so. */
  async follow(): Promise<void> {
    if (this.view === "loading" || this.view === "unchecked") await this.load();
    else await this.ask();
  }

  /** Asks again after this screen changed something. */
  async reload(): Promise<void> {
    await this.ask();
    await attempt(refresh);
  }

  private async ask(): Promise<boolean> {
    if (!session.migration?.standing.checked) {
      this.view = "unchecked";
      return false;
    }
    return this.answers.to(
      () =>
        attempt(() => Promise.all([platform.totals(), platform.expectedTotals(), platform.findingsByRule()])),
      (all) => ([this.totals, this.expected, this.rules] = all),
    );
  }

  line(): TotalLine | undefined {
    return this.totals?.totals.find((line) => keyOf(line) === this.selected);
  }

  open(): TotalLine[] {
    return this.totals?.totals.filter((line) => stateOf(line) === "open") ?? [];
  }

  /** The differences one by one: a sum only where none of its months is open. */
  differences(): TotalLine[] {
    const open = this.open();
    const hasMonth = (sum: TotalLine): boolean =>
      open.some((line) => line.month && line.dataset === sum.dataset && line.currency === sum.currency);
    return open.filter((line) => line.month !== "" || !hasMonth(line));
  }

  choose(measure: Measure | "findings"): void {
    this.measure = measure;
    this.selected = null;
    if (!this.totals || measure === "findings") return;
    const lines = linesOf(this.totals, measure);
    this.currency = currencies(lines)[0] ?? "";
    const worst = lines.find((line) => stateOf(line) === "open");
    if (worst) this.select(worst);
  }

  select(line: TotalLine): void {
    this.selected = keyOf(line);
    if (line.currency) this.currency = line.currency;
  }

  /** Goes to the first difference that is open, months before their sums. */
  selectWorst(): void {
    if (!this.totals) return;
    const worst = this.differences()[0];
    this.measure = worst ? (worst.currency ? worst.dataset : "rows") : (measures(this.totals)[0] ?? "rows");
    const lines = linesOf(this.totals, this.measure);
    this.currency = worst?.currency || (currencies(lines)[0] ?? "");
    this.selected = worst ? keyOf(worst) : null;
  }

  /** Goes to the difference after the selected one, round and round. */
  selectNext(): void {
    const open = this.differences();
    const next = open[(open.findIndex((line) => keyOf(line) === this.selected) + 1) % open.length];
    if (!next) return;
    this.measure = next.currency ? next.dataset : "rows";
    this.select(next);
  }

  byMonth(): boolean {
    return this.totals !== null && isByMonth(linesOf(this.totals, this.measure), this.currency);
  }
}
