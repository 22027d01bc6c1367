// What datasets and sureness are called here.
import type { Confidence } from "../../generated/bindings";
import { t } from "../../lib/text/text.svelte";

const DATASETS = ["customers", "usage", "contracts", "companies"] as const;

/** A dataset without a name here is shown by its id. */
export function datasetName(id: string): string {
  const known = DATASETS.find((dataset) => dataset === id);
  return known ? t(`match.${known}`) : id;
}

/** Sureness as an icon and a word. */
export const SURENESS = {
  certain: "ok",
  likely: "note",
  question: "question",
  none: "idle",
  user: "ok",
  fixed: "note",
} as const satisfies Record<Confidence, string>;
