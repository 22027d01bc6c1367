import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { beforeEach, describe, expect, test } from "vitest";
import german from "../../../messages/engine.de.json";
import english from "../../../messages/engine.en.json";
import { said, unsaid } from "./engine";
import { speak } from "./text.svelte";

const MARKS = ["said", "list", "date"];

/** The names of the values a message takes, each once, and of the marks around them. */
function names(elements: MessageFormatElement[]): { values: string[]; marks: string[] } {
  const found = { values: new Set<string>(), marks: new Set<string>() };
  const look = (element: MessageFormatElement): void => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return;
    (element.type === TYPE.tag ? found.marks : found.values).add(element.value);
    if (element.type === TYPE.tag) element.children.forEach(look);
    if (element.type === TYPE.plural || element.type === TYPE.select)
      Object.values(element.options).forEach((option) => option.value.forEach(look));
  };
  elements.forEach(look);
  return { values: [...found.values].sort(), marks: [...found.marks] };
}

test.each([
  ["German", german],
  ["English", english],
])("every %s sentence takes the values of the engine's, all of them and no others", (_, sentences) => {
  for (const [key, text] of Object.entries(sentences)) {
    const { values, marks } = names(parse(text));
    const wanted = [...key.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    expect(text.trim(), key).not.toBe("");
    expect(values, key).toEqual([...new Set(wanted)].sort());
    expect(MARKS, key).toEqual(expect.arrayContaining(marks));
    expect(MARKS, key).not.toEqual(
      expect.arrayContaining([expect.stringMatching(`^(${wanted.join("|")})$`)]),
    );
  }
});

test("no placeholder stands next to another: where one ends could not be told", () => {
  expect(Object.keys(german).filter((key) => /\}\{/.test(key))).toEqual([]);
});

test("no window names a command of the terminal", () => {
  const commands = Object.keys(german).filter((key) => /`(carryover|fix|--)/.test(key));
  expect(commands.length).toBeGreaterThan(0);
  expect(Object.keys(english)).toEqual(expect.arrayContaining(commands));
  for (const text of [...Object.values(english), ...Object.values(german)])
    expect(text).not.toMatch(/carryover |--|CARRYOVER_API_KEY/);
});

describe("in German", () => {
  beforeEach(() => speak("de", ["de-DE"]));

  test.each([
    // Without placeholders; a small first letter where it follows something.
    ["Customer number", "Kundennummer"],
    ["customer number", "Kundennummer"],
    ["there is nothing in the row", "In der Zeile steht nichts"],
    // Values stay as they are.
    ["“City” is not in this file", "„City“ ist nicht in dieser Datei"],
    ["“” is not a number. Write it like 1234.56.", "„“ ist keine Zahl. Schreiben Sie sie wie 1234.56."],
    [
      "“a {b} <c> “d” $&” is not a whole number. Write it without decimals.",
      "„a {b} <c> “d” $&“ ist keine ganze Zahl. Schreiben Sie sie ohne Nachkommastellen.",
    ],
    [
      "“two\nlines” is neither yes nor no. Write yes or no.",
      "„two\nlines“ ist weder ja noch nein. Schreiben Sie yes oder no.",
    ],
    // A value that is another sentence, but not where one belongs.
    [
      "“Set by you” is not an e-mail address that mail can be sent to. Correct it.",
      "„Set by you“ ist keine E-Mail-Adresse, an die sich etwas senden lässt. Berichtigen Sie sie.",
    ],
    [
      "“x” is no longer in Zenskar. Make the plan again.” is not a number. Write it like 1234.56.",
      "„x” is no longer in Zenskar. Make the plan again.“ ist keine Zahl. Schreiben Sie sie wie 1234.56.",
    ],
    // Sentences and terms within sentences.
    ["Same meaning; 22 forms", "Gleiche Bedeutung; 22 Formen"],
    ["Same meaning; 22 forms; “Tel” fits too", "Gleiche Bedeutung; 22 Formen; „Tel“ passt auch"],
    ["1,201 different, none empty", "1.201 verschiedene, keine leer"],
    ["about 52,000 different, 12 empty", "etwa 52.000 verschiedene, 12 leer"],
    ["984 dates as dd/MM/yyyy, 2 not", "984 Daten wie dd/MM/yyyy, 2 nicht"],
    ["984 as dd/MM/yyyy, 2 not", "984 wie dd/MM/yyyy, 2 nicht"],
    ["6 words, 2 not known", "6 Wörter, 2 nicht bekannt"],
    ["Always “No”", "Immer „Nein“"],
    ["By its heading; all dates as dd.MM.yyyy", "Nach der Überschrift; Daten wie dd.MM.yyyy ohne Ausnahme"],
    ["Undid: Excluded 1 row", "Rückgängig gemacht: 1 Zeile ausgeschlossen"],
    ["Removed book.xlsx, sheet Customers", "book.xlsx, Blatt Customers entfernt"],
    ["Ada Lovelace signed as preparer", "Ada Lovelace hat als Ersteller unterschrieben"],
    ["Made the migration for zenskar", "Übernahme nach Zenskar angelegt"],
    ["Explained 4318.60 of usage, EUR, 2026-05", "4318.60 von Verbrauch, EUR, 2026-05 erklärt"],
    ["Zenskar had an error of its own (status 502).", "Zenskar hatte einen eigenen Fehler (Status 502)."],
    [
      "The answer of Zenskar could not be read: its JSON is damaged at line 3.",
      "Die Antwort von Zenskar war nicht lesbar: ihr JSON ist in Zeile 3 beschädigt.",
    ],
    ["Zenskar cannot be reached (dns error).", "Zenskar ist nicht erreichbar (dns error)."],
    ["21882 rows loaded, 0 rejected", "21.882 Zeilen geladen, 0 abgelehnt"],
    // Lists of what is quoted.
    [
      "“a.zip” has several files in it: “City”, “b”. Unpack it and add them one by one.",
      "„a.zip“ enthält mehrere Dateien: „City“, „b“. Entpacken Sie sie und fügen Sie diese einzeln hinzu.",
    ],
    [
      "It needs customers “007”, which the destination does not have.",
      "Es setzt Kunden „007“ voraus, und das hat das Ziel nicht.",
    ],
    // Days written out, plurals.
    [
      "“03/04/2026” can be 3 April 2026 or 4 March 2026. Say on Match which order the dates of the column have.",
      "„03/04/2026“ kann 3. Apr. 2026 oder 4. März 2026 sein. Sagen Sie unter Zuordnen, welche Reihenfolge die Daten der Spalte haben.",
    ],
    ["1 rows, customers", "1 Zeile, Kunden"],
    ["418362 rows, usage", "418.362 Zeilen, Verbrauch"],
    // One after another, the last one unknown.
    [
      "“data.amount” is missing. 2 more things are wrong with it. Ask Ada.",
      "„data.amount“ fehlt. Noch 2 Sachen stimmen damit nicht. Ask Ada.",
    ],
    // Not a number where one is counted, so not this sentence.
    ["Took the suggestion for many values", "Took the suggestion for many values"],
    ["something new", "something new"],
    ["", ""],
  ])("%s", (sentence, expected) => {
    expect(said(sentence)).toBe(expected);
    expect(said(sentence), "from memory").toBe(expected);
  });

  test("each sentence is found by its own template, whatever its values hold", () => {
    for (const [key, text] of Object.entries(german)) {
      // As a figure where the translation counts, as what a user could have written otherwise.
      const values = new Map(
        [...key.matchAll(/\{(\w+)\}/g)].map(([, name = ""], index) => {
          const counts = new RegExp(`\\{${name}, (plural|number)`).test(text);
          return [name, counts ? String(1204 + index) : `§${name}§`];
        }),
      );
      const sentence = key.replaceAll(/\{(\w+)\}/g, (_, name: string) => values.get(name) ?? "");
      const heard = said(sentence);
      for (const value of values.values())
        expect(heard, sentence).toContain(value.replace(/^(\d)(\d{3})$/, "$1.$2"));
      if (text !== key) expect(heard, sentence).not.toBe(sentence);
    }
  });
});

test("in English only what a window says otherwise is said otherwise", () => {
  speak("en", ["en-GB"]);
  expect(said("Run `carryover check` first.")).toBe("Check the rows first.");
  expect(
    said("nothing in “a.xlsx” could be taken: the sheet is hidden; name it with `--sheet` to take it"),
  ).toBe("nothing in “a.xlsx” could be taken: the sheet is hidden; choose it to take it");
  expect(said("6 words, 2 not known")).toBe("6 words, 2 not known");
});

test("a sentence is said anew in another language", () => {
  const sentence = "there are no files in this migration";
  expect(said(sentence)).toBe(sentence);
  speak("de", ["de-DE"]);
  expect(said(sentence)).toBe("In dieser Übernahme sind keine Dateien");
  speak("en", ["en-GB"]);
  expect(said(sentence)).toBe(sentence);
});

test("a thousand findings are said within a frame or two", () => {
  speak("de", ["de-DE"]);
  said("so that the sentences are read");
  const begin = performance.now();
  for (let row = 0; row < 1000; row += 1) said(`“${row}.x” is not a number. Write it like 1234.56.`);
  expect(performance.now() - begin).toBeLessThan(500);
});

test("what is looked for in German is looked for as the engine wrote it, too", () => {
  speak("de", ["de-DE"]);
  const written = unsaid(" ausgeschlossen ");
  expect(written[0]).toBe("ausgeschlossen");
  expect(written.some((text) => "Excluded 37 rows".includes(text))).toBe(true);
  expect(written.some((text) => "Read a.csv".includes(text))).toBe(false);
  expect(unsaid("")).toEqual([]);
});
