// A look-up as it is put together: table after table, each seen on real rows before anything is kept. The program guesses the
// columns as soon as a file is chosen.
import type { FieldPreview, FieldRow, Lookup, MatchedFields, Step, Table } from "../../generated/bindings";
import { asApiError, sentence } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { lookupsOf, tableName } from "./lookup";
import { columnsOf, proposal } from "./matching.svelte";

/** One table on the way. What is not chosen yet is empty. */
export interface Hop {
  file: string;
  key: string;
  take: string;
  steps: Step[];
}

export class Hops {
  /** This file's column, whose text is the first key. */
  here = $state("");
  list = $state<Hop[]>([]);
  /** What each step finds, as far as the way is complete. */
  seen = $state<FieldPreview[]>([]);
  refused = $state<string | null>(null);
  private asked = 0;

  constructor(
    private readonly field: FieldRow,
    private readonly view: MatchedFields,
  ) {
    const old = lookupsOf(field);
    const canShow = old.length > 0 && old.every(({ keys }) => keys.length === 1);
    this.here = canShow ? (columnsOf(field)[0] ?? "") : "";
    this.list = canShow
      ? old.map(({ table, keys, take, steps }) => ({
          file: tableName(table),
          key: keys[0] ?? "",
          take,
          steps: [...(steps ?? [])],
        }))
      : [nothing()];
  }

  /** Tables to look in. What this field's own files hold is last: it is seldom meant. */
  get tables(): Table[] {
    const own = this.view.files.map(tableName);
    const isOwn = (table: Table): boolean => own.includes(tableName(table));
    const others = this.view.tables.filter((table) => !isOwn(table));
    return [...others, ...this.view.tables.filter(isOwn)];
  }

  table(hop: Hop): Table | undefined {
    return this.view.tables.find((table) => tableName(table) === hop.file);
  }

  /** The way as the program takes it: up to the first step that is not complete. */
  get lookups(): Lookup[] {
    const lookups: Lookup[] = [];
    for (const hop of this.here ? this.list : []) {
      const table = this.table(hop);
      if (!table || !hop.key || !hop.take) break;
      const steps = $state.snapshot(hop.steps) as Step[];
      lookups.push({ table: $state.snapshot(table) as Table, keys: [hop.key], take: hop.take, steps });
    }
    return lookups;
  }

  get isComplete(): boolean {
    return this.list.length > 0 && this.lookups.length === this.list.length;
  }

  add(): void {
    this.list.push(nothing());
  }

  removeLast(): void {
    this.list.pop();
  }

  /** The program knows best which columns meet; what it does not know stays to be chosen. */
  async choose(at: number, file: string): Promise<void> {
    const before = this.lookups.slice(0, at);
    this.list[at] = { ...nothing(), file };
    if (at === 0) this.here = "";
    const table = this.view.tables.find((other) => tableName(other) === file);
    if (!table || (at > 0 && before.length < at)) return;
    const after = at === 0 ? null : { columns: [this.here], lookups: before };
    const wanted = $state.snapshot(table) as Table;
    const { field } = this.field.mapping;
    const found = await platform.proposeLookup(this.view.group, field, after, wanted);
    const hop = this.list[at];
    if (!found || hop?.file !== file) return;
    if (at === 0) this.here = found.column;
    Object.assign(hop, { key: found.lookup.keys[0] ?? "", take: found.lookup.take });
  }

  /** Tries the way out, step by step. The newest try counts. */
  async show(lookups: readonly Lookup[], here: string): Promise<void> {
    const number = ++this.asked;
    const seen: FieldPreview[] = [];
    try {
      for (const end of lookups.keys()) {
        const way = { columns: [here], lookups: lookups.slice(0, end + 1), constant: null, steps: [] };
        seen.push(await platform.previewField(this.view.group, proposal(this.field, way)));
      }
      if (number === this.asked) [this.seen, this.refused] = [seen, null];
    } catch (error) {
      if (number === this.asked) [this.seen, this.refused] = [seen, sentence(asApiError(error).message)];
    }
  }
}

function nothing(): Hop {
  return { file: "", key: "", take: "", steps: [] };
}
