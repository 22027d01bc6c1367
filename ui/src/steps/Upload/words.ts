// Words for what the program says by id: datasets, and why a record is planned as it is.
import type { PlannedDataset, PlannedRecord, SinceRun } from "../../generated/bindings";
import { datasetName as nameOf } from "../../lib/destinations";
import { said } from "../../lib/text/engine";
import { t } from "../../lib/text/text.svelte";

const ONES = ["companies", "customers", "usage", "contracts"] as const;

/** Contracts go in as drafts, and are called so here. */
export function datasetName(id: string): string {
  return id === "contracts" ? t("upload.dataset_contracts") : nameOf(id);
}

/** One record of a dataset. */
export function recordName(id: string): string {
  const known = ONES.find((name) => name === id);
  return known ? t(`upload.one_${known}`) : id;
}

/** A field as it is called on Match; what is not one of the dataset's goes by its path. */
export function fieldName({ label, field }: { label: string | null; field: string }): string {
  return label === null ? field : said(label);
}

export function whyText({ why, run, differs }: Pick<PlannedRecord, "why" | "run" | "differs">): string {
  switch (why.why) {
    case "loaded":
      return run === null ? t("upload.why_loaded") : t("upload.why_loadedSince", { run });
    case "differs":
      return differs.map(fieldName).join(", ");
    case "after":
      return t("upload.why_after", {
        needs: why.needs.map(({ dataset, key }) => `${recordName(dataset)} ${key}`).join(", "),
      });
    case "excluded":
      return t("upload.why_excluded", { reason: why.reason });
    case "cannot":
      return said(why.reason);
    default:
      return t(`upload.why_${why.why}`);
  }
}

/** What is as it was loaded, over all datasets, oldest run first. */
export function sinceRuns(datasets: readonly PlannedDataset[]): SinceRun[] {
  const runs = new Map<number, SinceRun>();
  for (const { run, at, rows } of datasets.flatMap(({ since }) => since)) {
    runs.set(run, { run, at, rows: rows + (runs.get(run)?.rows ?? 0) });
  }
  return [...runs.values()].sort((one, other) => one.run - other.run);
}

/** Long keys, such as those of usage batches, shortened in their middle. */
export function shortKey(key: string): string {
  return key.length > 24 ? `${key.slice(0, 10)}…${key.slice(-8)}` : key;
}

export function recordTitle(record: PlannedRecord): string {
  return record.name || shortKey(record.key);
}

/** A span of time, exact: `6 min 46 s`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return whole < 60
    ? t("upload.seconds", { seconds: whole })
    : t("upload.minutesSeconds", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
}
