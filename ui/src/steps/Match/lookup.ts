// Fields that take their values from another file: what they look in, and how that is said and changed.
import type { FieldRow, Lookup, Table } from "../../generated/bindings";
import { t } from "../../lib/text/text.svelte";
import { change, columnsOf } from "./matching.svelte";

export function lookupsOf(field: FieldRow): readonly Lookup[] {
  return field.mapping.lookups ?? [];
}

/** `prices.csv`, or `book.xlsx, Prices`. */
export function tableName({ file, sheet }: Pick<Table, "file" | "sheet">): string {
  return sheet ? `${file}, ${sheet}` : file;
}

/** `Plan → prices.csv`; the last of several files, since there the value stands. */
export function origin(field: FieldRow): string {
  const last = lookupsOf(field).at(-1);
  const columns = columnsOf(field).join(" + ");
  return last ? `${columns} → ${tableName(last.table)}` : columns;
}

/** Whether it was done; what the program refuses is told by itself. */
export async function lookUp(
  field: FieldRow,
  columns: readonly string[],
  lookups: readonly Lookup[],
): Promise<boolean> {
  const file = lookups.map(({ table }) => tableName(table)).join(", ");
  const wanted = {
    change: "look_up" as const,
    field: field.mapping.field,
    columns: [...columns],
    lookups: [...lookups],
  };
  return change([wanted], t("match.lookedUpNow", { field: field.label, file }));
}
