// What datasets and sureness are called here.
import CircleDot from "@lucide/svelte/icons/circle-dot";
import Lock from "@lucide/svelte/icons/lock";
import type { Icon } from "../../components/icons";
import type { Confidence } from "../../generated/bindings";
import { t } from "../../lib/text/text.svelte";

const DATASETS = ["customers", "usage", "contracts", "companies"] as const;

/** A dataset without a name here is shown by its id. */
export function datasetName(id: string): string {
  const known = DATASETS.find((dataset) => dataset === id);
  return known ? t(`match.${known}`) : id;
}

/** Sureness as a state, with a picture of its own where it is none of the usual ones. */
export const SURENESS = {
  certain: { kind: "ok" },
  likely: { kind: "note", icon: CircleDot },
  question: { kind: "question" },
  none: { kind: "idle" },
  user: { kind: "ok" },
  fixed: { kind: "note", icon: Lock },
} as const satisfies Record<Confidence, { kind: string; icon?: Icon }>;
