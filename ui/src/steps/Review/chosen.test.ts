import { expect, test } from "vitest";
import type { Scope } from "../../generated/bindings";
import { ALL, chosenOf, isChosen, NONE, turned, within } from "./chosen";

const spot = (row: number) => ({ source: 3, row });
const scope: Scope = {
  dataset: "contracts",
  rule: "reference",
  field: "customer_external_id",
  severity: "error",
  row: null,
  spots: [],
  except: [],
};

test("all are made but those that are unticked", () => {
  const chosen = turned(turned(turned(ALL, spot(118)), spot(119)), spot(119));
  expect([isChosen(chosen, spot(118)), isChosen(chosen, spot(119))]).toEqual([false, true]);
  expect(chosenOf(chosen, 48)).toBe(47);
  expect(within(scope, chosen)).toEqual({ ...scope, except: [spot(118)] });
});

test("once all are unticked, only those that are ticked again are made", () => {
  const chosen = turned(NONE, spot(131));
  expect([isChosen(chosen, spot(131)), isChosen(chosen, spot(118))]).toEqual([true, false]);
  expect([chosenOf(NONE, 48), chosenOf(chosen, 48)]).toEqual([0, 1]);
  expect(within(scope, chosen)).toEqual({ ...scope, spots: [spot(131)] });
});
