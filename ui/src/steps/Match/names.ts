// What sureness is called here.
import type { Confidence } from "../../generated/bindings";

/** Sureness as an icon and a word. */
export const SURENESS = {
  certain: "ok",
  likely: "note",
  question: "question",
  none: "idle",
  user: "ok",
  fixed: "note",
} as const satisfies Record<Confidence, string>;
