// What the page knows of each destination: what it and its datasets are called on screen, of what a test of its connection
// consists, where an account can be, and what the one of the open migration says of its records. What has no name here is
// shown by its id.
import type { Consequences } from "../generated/bindings";
import { session } from "./session.svelte";
import { t, type Key } from "./text/text.svelte";

/** The checks of a connection test, in order. */
const CHECKS = {
  zenskar: ["reached", "key", "organisation", "read", "write", "environment"],
  kustomer: [
    "reached",
    "key",
    "organisation",
    "companies",
    "customers",
    "attributes",
    "bulk",
    "search",
    "environment",
  ],
} as const;
/** Regions that an account may be in, where its address can depend on that. */
const REGIONS = { zenskar: [], kustomer: ["us", "eu", "in"] } as const;
const DATASETS = ["companies", "customers", "usage", "contracts"] as const;

export type KnownDestination = keyof typeof CHECKS;
export type Region = (typeof REGIONS)[KnownDestination][number];
export type CheckName = (typeof CHECKS)[KnownDestination][number];

function isKnown(id: string): id is KnownDestination {
  return id in CHECKS;
}

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

export function datasetName(id: string): string {
  const known = DATASETS.find((dataset) => dataset === id);
  return known ? t(`common.${known}`) : id;
}

export function checksOf(destination: string): readonly CheckName[] {
  return isKnown(destination) ? CHECKS[destination] : [];
}

export function regionsOf(destination: string): readonly Region[] {
  return isKnown(destination) ? REGIONS[destination] : [];
}

/** Texts that each destination has in words of its own: `connections.keyFrom` is there for each of them. */
type Own = {
  [K in Key]: K extends `${infer T}_zenskar` ? (`${T}_kustomer` extends Key ? T : never) : never;
}[Key];

/** Such a text; empty for a destination that has none. */
export function inWordsOf(destination: string, text: Own): string {
  return isKnown(destination) ? t(`${text}_${destination}`) : "";
}
