// The way from a record to its row: Review opens at it.
import type { RowPlace } from "../../generated/bindings";
import { go, session } from "../../lib/session.svelte";

export function showInReview(place: RowPlace): void {
  session.row = place;
  go("review");
}
