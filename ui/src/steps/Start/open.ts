// Opening a migration from wherever it is asked for.
import { attempt } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { open, show } from "../../lib/session.svelte";

/** Asks for a migration by the system's dialog and opens it. */
export async function chooseAndOpen(): Promise<void> {
  const path = await attempt(platform.chooseMigration);
  if (path) await open(path);
}

/** Asks where a missing migration is now and opens it. */
export async function findAndOpen(missing: string): Promise<void> {
  const summary = await attempt(() => platform.findMigration(missing));
  if (summary) show(summary);
}
