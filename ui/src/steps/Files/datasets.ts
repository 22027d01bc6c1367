// The datasets that the open migration's destination takes, in the order in which they are loaded.
import { session } from "../../lib/session.svelte";

export function datasets(): string[] {
  const destination = session.migration?.destination;
  return session.info.destinations.find(({ id }) => id === destination)?.datasets ?? [];
}
