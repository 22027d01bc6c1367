// What destinations are called on screen, and what they take. One that has no name here is shown by its id.
import { t } from "./text/text.svelte";

export function destinationName(id: string): string {
  return isKnown(id) ? t(`common.${id}`) : id;
}

/** Its datasets, in one line. */
export function destinationTakes(id: string, datasets: readonly string[]): string {
  return isKnown(id) ? t(`common.${id}Takes`) : datasets.join(", ");
}

function isKnown(id: string): id is "zenskar" | "kustomer" {
  return id === "zenskar" || id === "kustomer";
}
