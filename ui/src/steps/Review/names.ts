// What datasets, columns and rules are called on screen: columns as the user's file calls them.
import type {
  CheckedRule,
  Filter,
  ReviewColumn,
  ReviewDataset,
  ReviewFile,
  Rule,
  Severity,
} from "../../generated/bindings";
import { t } from "../../lib/text/text.svelte";

export interface Naming {
  dataset: string;
  rule: Rule;
  field: string;
}

export { datasetName } from "../../lib/destinations";

/** The column behind a field, or else the field's own id. */
export function columnName(datasets: readonly ReviewDataset[], dataset: string, field: string): string {
  const columns = datasets.find((known) => known.id === dataset)?.columns;
  const column = columns?.find((column) => column.field === field);
  return column ? columnTitle(column) : field;
}

/** `Tel`; with what is read along with it, `Tel (with Country)`. */
export function columnTitle({ title, beside }: ReviewColumn): string {
  return beside ? t("review.columnWith", { column: title, other: beside }) : title;
}

/** The file of a source; rows that were typed in have none. */
export function fileName(files: readonly ReviewFile[], source: number | undefined): string {
  const known = files.find((file) => file.source === source);
  return known?.by_hand ? t("review.byHand") : (known?.file ?? "");
}

export function ruleName(datasets: readonly ReviewDataset[], { dataset, rule, field }: Naming): string {
  return t(`review.rule_${rule}`, { field: columnName(datasets, dataset, field) });
}

export function ruleFilter({ dataset, rule, field, severity }: Naming & { severity: Severity }): Filter {
  return { dataset, show: { kind: "rule", rule, field, severity } };
}

/** Whether a filter shows the rows of this rule. */
export function isShown(filter: Filter | null, rule: CheckedRule): boolean {
  return (
    filter?.dataset === rule.dataset &&
    filter.show.kind === "rule" &&
    filter.show.rule === rule.rule &&
    filter.show.field === rule.field &&
    filter.show.severity === rule.severity
  );
}
