// Match in the real window on the sample: questions answered, a column changed by keyboard and by dragging, steps, undo.
import { eachWithTheSampleReady } from "./command.ts";
import { output, windowId } from "./desktop.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const desk = eachAtADesk();
const sample = eachWithTheSampleReady("read");

/** The sample, shown at the first dataset that asks something. */
async function match(args = ["--sample"]): Promise<Window> {
  const window = await desk.start(args);
  await window.until("the fields", () => document.querySelector("tr[data-field]") !== null);
  return window;
}

/** Waits until the panel explains a field, and its rows are there. */
async function panel(window: Window, name: string): Promise<void> {
  await window.until(
    `the panel of ${name}`,
    (name: string) =>
      document.querySelector("aside.panel h2")?.textContent === name &&
      document.querySelector("aside.panel section[aria-live] tr") !== null,
    name,
  );
}

test("the questions are answered, then the rows can be checked", async () => {
  const window = await match();
  await window.sees("2 questions to answer");
  await panel(window, "Start");
  await window.sees("Which date order does this column have?");
  await window.run(() => document.querySelector<HTMLElement>("aside input[type=radio]")?.click());
  await window.click("button", "Use “Day first”");
  await window.sees("1 question to answer");
  await window.press("F7");
  await panel(window, "Billing period");
  await window.click("button", "Leave the rest");
  await window.sees("Every required field is matched");
  expect(await window.run(() => document.querySelector<HTMLButtonElement>("[data-primary]")?.disabled)).toBe(
    false,
  );
});

test("a column is changed by keyboard alone, and the change is taken back", async () => {
  const window = await match();
  await window.press("Control", "f");
  await window.type("product");
  await window.press("Enter");
  await window.until("the row", () => document.activeElement?.tagName === "TR");
  await panel(window, "Product");
  await window.press("F2");
  await window.until("the list", () => document.activeElement?.getAttribute("role") === "combobox");
  await window.type("custom");
  await window.press("Enter");
  await window.sees("“Product” now comes from “Customer”");
  await window.until(
    "the way back in the top bar",
    () => document.querySelector("header button[aria-label^='Undo: ']:not(:disabled)") !== null,
  );
  await window.press("Control", "z");
  await window.sees("Taken back");
  await window.until(
    "the old column",
    () => document.querySelector("tr[data-field=product_name]")?.textContent?.includes("Sampling") ?? false,
  );
});

test("a left-over column is dragged onto a field", async () => {
  const window = await match();
  const [from, to] = await window.run(() => {
    const middle = (element: Element | null | undefined): [number, number] => {
      const box = element?.getBoundingClientRect() ?? new DOMRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const chip = [...document.querySelectorAll(".grip")].find((grip) =>
      grip.textContent?.includes("Customer"),
    );
    return [middle(chip), middle(document.querySelector("tr[data-field=product_name] td:nth-child(2)"))];
  });
  const mouse = (...words: string[]): string => output("xdotool", words);
  const place = (at: [number, number] | undefined): string[] =>
    (at ?? [0, 0]).map((x) => String(Math.round(x)));
  mouse("mousemove", "--window", windowId(), ...place(from), "mousedown", "1");
  mouse("mousemove_relative", "--sync", "12", "-12");
  mouse("mousemove", "--sync", "--window", windowId(), ...place(to));
  await window.until("the target", () => document.querySelector("tr.target") !== null);
  await window.screenshot("match-dragging-light");
  mouse("mouseup", "1");
  await window.sees("“Product” now comes from “Customer”");
});

test("a step shows what it does on the rows and is kept", async () => {
  const window = await match();
  await window.run(() => document.querySelector<HTMLElement>("tr[data-field=product_name]")?.focus());
  await panel(window, "Product");
  await window.click("button", "Add a step");
  await window.click("menuitem", "Upper or lower case");
  await window.sees("SAMPLING PLUS");
  await window.click("button", "Remove step 2: Upper or lower case");
  await window.seesNoMore("SAMPLING PLUS");
});

inEveryLook("a question, words, the list of columns", desk, async (look) => {
  const window = await match([sample(desk.home)]);
  await window.press("F7");
  await look(window, "aside fieldset", "match-question");
  await window.run(() => document.querySelector<HTMLElement>("tr[data-field=cadence]")?.focus());
  await window.until("the rows", () => document.querySelector("aside section[aria-live] tr") !== null);
  await look(window, "aside td.word", "match");
  await window.press("F2");
  await look(window, "[role=listbox]");
});
