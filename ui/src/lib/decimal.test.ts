import { expect, test } from "vitest";
import { equal, isZero, minus, sum, typed } from "./decimal";

test("sums are exact, however long", () => {
  expect(sum(["0.1", "0.2"])).toBe("0.3");
  expect(sum(["9007199254740993.015", "-0.005"])).toBe("9007199254740993.010");
  expect(minus("412906.18", "417224.78")).toBe("-4318.60");
  expect(sum([])).toBe("0");
  expect(isZero("-0.00")).toBe(true);
  expect(equal("1.5", "1.50")).toBe(true);
});

test.each([
  ["3,586,496.90", ".", "3586496.90"],
  ["3.586.496,90", ",", "3586496.90"],
  ["3 586 496,90", ".", "3586496.90"],
  ["1’204.50", ".", "1204.50"],
  ["EUR 12", ".", "12"],
  ["(12.50)", ".", "-12.50"],
  ["−4,5", ",", "-4.5"],
  ["1,204", ".", "1204"],
  ["1,204", ",", "1.204"],
  ["1.204", ",", "1204"],
  ["104516", ".", "104516"],
  [".5", ".", "0.5"],
  ["", ".", null],
  ["twelve", ".", null],
  ["12 pcs", ".", null],
] as const)("“%s” with the mark “%s” is %s", (text, mark, figure) => {
  expect(typed(text, mark)).toBe(figure);
});
