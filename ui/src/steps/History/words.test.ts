import { expect, test } from "vitest";
import { laidOut } from "./words";

test("JSON is laid out, and every digit stays as it came", () => {
  const text = '{"a":12.50,"b":[1e2, 3],"c":{},"d":[],"e":"x,{\\"y\\":1}"}';
  expect(laidOut(text)).toBe(
    '{\n  "a": 12.50,\n  "b": [\n    1e2,\n    3\n  ],\n  "c": {},\n  "d": [],\n  "e": "x,{\\"y\\":1}"\n}',
  );
  expect(laidOut("")).toBe("");
});
