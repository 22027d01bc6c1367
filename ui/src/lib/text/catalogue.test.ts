import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { expect, test } from "vitest";
import { catalogue, type Key } from "./catalogue";
import { speak, t } from "./text.svelte";

const messages = (language: "en" | "de"): [string, string][] =>
  Object.entries(catalogue[language]).flatMap(([area, texts]) =>
    Object.entries(texts).map(([name, text]): [string, string] => [`${area}.${name}`, text]),
  );

/** The names of the values a message takes. */
function values(elements: MessageFormatElement[]): string[] {
  const names = elements.flatMap((element) => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return [];
    const inner =
      element.type === TYPE.plural || element.type === TYPE.select
        ? Object.values(element.options).flatMap((option) => values(option.value))
        : [];
    return [element.value, ...inner];
  });
  return [...new Set(names)].sort();
}

test("both languages have the same messages, and each takes the same values", () => {
  const [english, german] = [new Map(messages("en")), new Map(messages("de"))];
  expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of english) {
    expect(values(parse(german.get(key) ?? "")), key).toEqual(values(parse(text)));
  }
});

test("no message is empty or begs", () => {
  for (const [key, text] of [...messages("en"), ...messages("de")]) {
    expect(text.trim(), key).not.toBe("");
    expect(text, key).not.toMatch(/!|\bplease\b|\bsuccessfully\b|\boops\b/i);
  }
});

test("numbers and plurals follow the language, and the region of the system", () => {
  const key: Key = "common.rows";
  expect(t(key, { count: 1 })).toBe("1 row");
  expect(t(key, { count: 1204 })).toBe("1,204 rows");
  speak("system", ["de-CH", "en-GB"]);
  expect(t(key, { count: 1204 })).toMatch(/^1[’']204 Zeilen$/);
  speak("en", ["de-DE"]);
  expect(t(key, { count: 1204 })).toBe("1,204 rows");
  speak("system", ["fr-FR"]);
  expect(document.documentElement.lang).toBe("en");
});
