// How the keys of two files are held against each other: what is done to both before. Blanks around them never count.
import type { Step } from "../../generated/bindings";
import { t } from "../../lib/text/text.svelte";

const WAYS = {
  exact: [],
  any_case: [{ step: "case", to: "lower" }],
  no_blanks: [{ step: "remove_blanks" }],
  no_zeros: [{ step: "extract", pattern: "^0*(.+)$" }],
  salesforce_id: [{ step: "salesforce_id" }],
} as const satisfies Record<string, readonly Step[]>;

type Way = keyof typeof WAYS;
const OWN = "own";

export type Compared = Way | typeof OWN;

/** Which of the ways it is; another one can come from a template or the command line, and is kept. */
export function compared(steps: readonly Step[]): Compared {
  const same = (way: Way): boolean => JSON.stringify(WAYS[way]) === JSON.stringify(steps);
  return (Object.keys(WAYS) as Way[]).find(same) ?? OWN;
}

export function stepsOf(way: Compared, old: readonly Step[]): Step[] {
  return structuredClone([...(way === OWN ? old : WAYS[way])]);
}

export function waysToCompare(steps: readonly Step[]): { value: Compared; label: string }[] {
  const ways = Object.keys(WAYS) as Way[];
  const all: Compared[] = compared(steps) === OWN ? [...ways, OWN] : ways;
  return all.map((value) => ({ value, label: t(`match.compare_${value}`) }));
}
