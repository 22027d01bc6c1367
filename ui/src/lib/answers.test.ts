import { expect, test } from "vitest";
import { Answers } from "./answers";

/** Asks a question for each text, and answers them in the order given. */
async function shownAfter(order: readonly string[]): Promise<string[]> {
  const answers = new Answers();
  const shown: string[] = [];
  const waiting = new Map<string, () => void>();
  const asked = ["a", "b", "c"].map((text) =>
    answers.to(
      () => new Promise<string>((answer) => waiting.set(text, () => answer(text))),
      (text) => shown.push(text),
    ),
  );
  for (const text of order) {
    waiting.get(text)?.();
    await Promise.resolve().then(() => undefined);
  }
  expect(await Promise.all(asked)).toEqual([true, true, true]);
  return shown;
}

test.each([
  ["as they were asked", ["a", "b", "c"], ["a", "b", "c"]],
  ["the last first", ["c", "b", "a"], ["c"]],
  ["the first last", ["b", "c", "a"], ["b", "c"]],
])("answers that arrive %s", async (_, order, shown) => {
  expect(await shownAfter(order)).toEqual(shown);
});

test("a question without an answer leaves what is shown", async () => {
  const answers = new Answers();
  const shown: string[] = [];
  const take = (text: string): void => void shown.push(text);
  expect(await answers.to(() => Promise.resolve(undefined), take)).toBe(false);
  expect(await answers.to(() => Promise.resolve("a"), take)).toBe(true);
  expect(shown).toEqual(["a"]);
});
