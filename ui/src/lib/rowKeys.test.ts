import { expect, test } from "vitest";
import { toRow } from "./rowKeys";

const cases: [key: string, from: number, to: number | null][] = [
  ["ArrowDown", 0, 1],
  ["ArrowDown", 4, 4],
  ["ArrowUp", 1, 0],
  ["ArrowUp", 0, 0],
  ["Home", 3, 0],
  ["End", 0, 4],
  ["Enter", 2, null],
];

test.each(cases)("%s from row %i of five", (key, from, to) => {
  const event = new KeyboardEvent("keydown", { key, cancelable: true });
  const moves: number[] = [];
  expect(toRow(event, from, 5, (index) => moves.push(index))).toBe(to !== null);
  expect(moves).toEqual(to === null ? [] : [to]);
  expect(event.defaultPrevented).toBe(to !== null);
});

test("with Ctrl or Alt the keys are somebody else's", () => {
  for (const held of [{ ctrlKey: true }, { altKey: true }]) {
    const event = new KeyboardEvent("keydown", { key: "ArrowDown", cancelable: true, ...held });
    expect(toRow(event, 0, 5, () => expect.unreachable())).toBe(false);
  }
});
