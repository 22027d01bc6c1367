// Files of one dataset that are matched together, because they have the same columns: what they are called.
import type { MatchedGroup } from "../../generated/bindings";
import { t } from "../../lib/text/text.svelte";
import { tableName } from "./lookup";

/** `Invoices.csv and 2 more`. */
export function filesName({ files }: Pick<MatchedGroup, "files">): string {
  const [first, ...others] = files.map(tableName);
  return others.length > 0
    ? t("match.groupFiles", { file: first ?? "", count: others.length })
    : (first ?? "");
}
