// The datasets that the open migration's destination takes, in the order in which they are loaded.
import { session } from "../../lib/session.svelte";

/** A file of which nothing is sent: others look in it. */
const LOOK_UP = "lookup";

export function isLookedIn(dataset: string): boolean {
  return dataset === LOOK_UP;
}

/** What a file can be: about one of the datasets, or only looked in. */
export function kinds(): string[] {
  return [...datasets(), LOOK_UP];
}

export function datasets(): string[] {
  const destination = session.migration?.destination;
  return session.info.destinations.find(({ id }) => id === destination)?.datasets ?? [];
}
