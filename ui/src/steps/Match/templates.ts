// Templates: a matching saved to a file, and used again for another migration.
import { attempt } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { t } from "../../lib/text/text.svelte";
import { say } from "../../lib/toasts.svelte";
import { matching, reload, undo } from "./matching.svelte";

export async function saveTemplate(): Promise<void> {
  const { view } = matching;
  if (!view) return;
  const file = await attempt(() => platform.saveTemplate(view.group, view.dataset));
  if (file) say(t("match.templateSaved", { file }));
}

export async function loadTemplate(): Promise<void> {
  const { view } = matching;
  if (!view) return;
  const missing = await attempt(() => platform.loadTemplate(view.group));
  if (!missing) return;
  await reload(view.group);
  const columns = missing.map((text) => t("match.quoted", { text })).join(", ");
  const text =
    missing.length > 0
      ? t("match.templateMissing", { count: missing.length, columns })
      : t("match.templateLoaded");
  say(text, { kind: missing.length > 0 ? "warning" : "ok", undo: () => void undo() });
}
