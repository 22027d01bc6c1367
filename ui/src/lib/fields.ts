// What the destination's fields are called on screen. A field that has no name in the catalogue keeps the engine's, and one
// of the user's own is called by its id.
import { catalogue, type Key } from "./text/catalogue";
import { t } from "./text/text.svelte";

/** `address.city` → City. */
export function fieldLabel(id: string, otherwise: string = id): string {
  return said(id.replaceAll(".", "-")) ?? otherwise;
}

/** What it is for, in a sentence or two. */
export function fieldHelp(id: string, otherwise: string): string {
  return said(`${id.replaceAll(".", "-")}_help`) ?? otherwise;
}

function said(name: string): string | undefined {
  return name in (catalogue.en["fields"] ?? {}) ? t(`fields.${name}` as Key) : undefined;
}
