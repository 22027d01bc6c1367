// Which changes of a repair are made: all but some, or some and no others. So not all of them have to be known to untick all.
import type { Scope, Spot } from "../../generated/bindings";

export interface Chosen {
  all: boolean;
  /** The exceptions. */
  but: readonly Spot[];
}

export const ALL: Chosen = { all: true, but: [] };
export const NONE: Chosen = { all: false, but: [] };

const same = (one: Spot, other: Spot): boolean => one.row === other.row && one.source === other.source;

export function isChosen({ all, but }: Chosen, spot: Spot): boolean {
  return all !== but.some((other) => same(other, spot));
}

/** With this one ticked, or unticked. */
export function turned({ all, but }: Chosen, spot: Spot): Chosen {
  const others = but.filter((other) => !same(other, spot));
  return { all, but: others.length < but.length ? others : [...but, spot] };
}

/** How many of `rows` are made. */
export function chosenOf({ all, but }: Chosen, rows: number): number {
  return all ? rows - but.length : but.length;
}

/** The part of a repair's scope that is chosen; one of which nothing is chosen is not to be asked for. */
export function within(scope: Scope, { all, but }: Chosen): Scope {
  return all ? { ...scope, except: [...but] } : { ...scope, spots: [...but] };
}
