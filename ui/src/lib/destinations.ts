// What destinations are called on screen, what they take, and what the one of the open migration says of its records. One
// that has no name here is shown by its id.
import type { Consequences } from "../generated/bindings";
import { session } from "./session.svelte";
import { t } from "./text/text.svelte";

/** Where the open migration goes, as it is called on screen. */
export function thisDestination(): string {
  return destinationName(session.migration?.destination ?? "");
}

/** What a person should know of the records of a dataset, before they go out and afterwards. */
export function consequences(dataset: string): Consequences | undefined {
  const destination = session.migration?.destination;
  return session.info.destinations.find(({ id }) => id === destination)?.consequences[dataset];
}

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
