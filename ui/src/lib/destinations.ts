// What destinations and their datasets are called on screen. Ids of the engine that have no name here are shown as they are.
import { t, type Key } from "./text/text.svelte";

const NAMES: Record<string, Key> = {
  zenskar: "common.zenskar",
  kustomer: "common.kustomer",
  customers: "common.customers",
  usage: "common.usage",
  contracts: "common.contracts",
  companies: "common.companies",
};

export function destinationName(id: string): string {
  const key = NAMES[id];
  return key ? t(key) : id;
}

export function datasetNames(ids: readonly string[]): string {
  return ids.map(destinationName).join(", ");
}
