// What sureness is called here.
import CircleDot from "@lucide/svelte/icons/circle-dot";
import Lock from "@lucide/svelte/icons/lock";
import type { Icon } from "../../components/icons";
import type { Confidence } from "../../generated/bindings";

/** Sureness as a state, with a picture of its own where it is none of the usual ones. */
export const SURENESS = {
  certain: { kind: "ok" },
  likely: { kind: "note", icon: CircleDot },
  question: { kind: "question" },
  none: { kind: "idle" },
  user: { kind: "ok" },
  fixed: { kind: "note", icon: Lock },
} as const satisfies Record<Confidence, { kind: string; icon?: Icon }>;
