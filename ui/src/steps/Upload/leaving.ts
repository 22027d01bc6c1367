// What is still to go, by dataset. The plan tells new records from changed ones, as long as it holds; then the ledger knows
// how many are left.
import type { DatasetProgress, FirstPlanned, Plan, UploadPart } from "../../generated/bindings";
import { t } from "../../lib/text/text.svelte";

/** Rows to be created and changed, by dataset. */
export type Left = Record<string, { create: number; update: number }>;

export function leftOf(plan: Plan): Left {
  const datasets = Object.entries(plan.datasets).flatMap(([id, planned]) =>
    planned ? [[id, { create: planned.create, update: planned.update }] as const] : [],
  );
  return Object.fromEntries(datasets);
}

/** Rows that would still be sent. The plan knows what is unchanged, and of changes in what the ledger has as sent (`open` are
 *  the rows it does not have). */
export function toGo(left: Left | null, open: number): number {
  if (!left) return open;
  const planned = Object.values(left).reduce((sum, { create, update }) => sum + create + update, 0);
  return open > 0 ? Math.min(open, planned) : planned;
}

/** What is left when the first records have gone. */
export function without(left: Left, first: FirstPlanned | null): Left {
  const before = first && left[first.dataset];
  if (!before) return left;
  const gone = (action: string): number =>
    first.records.reduce((sum, record) => (record.action === action ? sum + record.rows : sum), 0);
  const after = { create: before.create - gone("create"), update: before.update - gone("update") };
  return { ...left, [first.dataset]: after };
}

/** What an upload of the rest, or of what was rejected, would send, in words. */
export function leaving(
  datasets: readonly DatasetProgress[],
  left: Left | null,
  what: Exclude<UploadPart, "first">,
): { dataset: string; text: string }[] {
  return datasets.flatMap(({ dataset, rows, settled, rejected }) => {
    const planned = what === "everything" ? left?.[dataset] : undefined;
    if (planned) return planText(planned) ? [{ dataset, text: planText(planned) }] : [];
    const count = what === "only_failed" ? rejected : rows - settled;
    return count === 0 ? [] : [{ dataset, text: t("common.rows", { count }) }];
  });
}

function planText({ create, update }: Left[string]): string {
  const parts = [
    create > 0 ? t("upload.confirmNew", { count: create }) : "",
    update > 0 ? t("upload.confirmChanged", { count: update }) : "",
  ];
  return parts.filter(Boolean).join(", ");
}
