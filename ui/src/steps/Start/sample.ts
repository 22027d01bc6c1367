// “Try it with sample files”: nothing is asked and nothing else is needed.
import { attempt } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { showOpened } from "../../lib/session.svelte";
import { run } from "../../lib/tasks.svelte";
import { t } from "../../lib/text/text.svelte";

/** `started` hears the number of the task at once. */
export async function trySample(started: (id: number) => void = () => undefined): Promise<void> {
  const opened = await attempt(() => run(started, (id) => platform.trySample(id, t("start.sampleName"))));
  if (opened) showOpened(opened);
}
