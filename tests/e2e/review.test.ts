// Review in the real window on the sample: the check by itself, a cell edited, all alike fixed, undone, also after a restart;
// rows left out, kept, added by hand; a look at every state with axe.
import { eachWithTheSampleReady } from "./command.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const desk = eachAtADesk();
const sample = eachWithTheSampleReady("checked");

/** The sample, checked, with Review shown. */
async function review(args = ["--sample"]): Promise<Window> {
  const window = await desk.start(args);
  await window.until("the migration", () => document.title !== "Carryover");
  await window.press("Alt", "3");
  await window.until("the rules", () => document.querySelector("[data-rule]") !== null);
  await window.until("the rows of a rule", () => document.querySelector(".ag-row .cell-bad") !== null);
  return window;
}

const rule = (window: Window, name: string): Promise<void> =>
  window.until(
    `the rule ${name}`,
    (name: string) => {
      const found = [...document.querySelectorAll<HTMLElement>("[data-rule]")].find((button) =>
        button.innerText.includes(name),
      );
      found?.click();
      return found !== undefined;
    },
    name,
  );

test("all alike are fixed with a preview, undone and done again after a restart", async () => {
  const first = await review();
  await rule(first, "Unknown");
  await first.until("the fix for all", () =>
    [...document.querySelectorAll("aside button")].some((button) =>
      /Fix all \d+ like this/.test(button.textContent ?? ""),
    ),
  );
  const before = await first.run(() => document.querySelectorAll("[data-rule]").length);
  await first.run(() => {
    [...document.querySelectorAll<HTMLElement>("aside button")]
      .find((button) => /Fix all/.test(button.textContent ?? ""))
      ?.click();
  });
  await first.sees("Rows that change");
  await first.until("every change", () => document.querySelectorAll("[role=dialog] tbody tr").length > 1);
  await first.sees("Laboratorium Hoorn");
  await first.press("Control", "Enter");
  await first.sees("were corrected.");
  await first.until("the rule to move to Settled", () =>
    [...document.querySelectorAll("section h2")].some((title) => title.textContent?.startsWith("Settled")),
  );
  await first.click("button", "Undo: " + (await undoLabel(first)));
  await first.until(
    "the rule to come back",
    (before: number) => document.querySelectorAll("[data-rule]").length === before,
    before,
  );
  await first.stop();

  const second = await desk.start();
  await second.sees("Recent migrations");
  await second.until("the first row", () => {
    document.querySelector<HTMLElement>("tr[tabindex='0']")?.focus();
    return document.activeElement?.tagName === "TR";
  });
  await second.press("Enter");
  await second.sees("3 files");
  await second.press("Alt", "3");
  await second.until("the rules", () => document.querySelector("[data-rule]") !== null);
  await second.press("Control", "Shift", "z");
  await second.until("the rule to be settled again", () =>
    [...document.querySelectorAll("section h2")].some((title) => title.textContent?.startsWith("Settled")),
  );
});

function undoLabel(window: Window): Promise<string> {
  return window.run(
    () =>
      [...document.querySelectorAll("header button")]
        .map((button) => button.getAttribute("aria-label") ?? "")
        .find((label) => label.startsWith("Undo: "))
        ?.slice("Undo: ".length) ?? "",
  );
}

test("a cell is edited in place, and its finding is gone on leaving it", async () => {
  const window = await review();
  await rule(window, "Unknown");
  await window.until(
    "the fix for one of them",
    () => document.querySelector("aside tbody td:nth-child(2)") !== null,
  );
  await window.press("F8");
  await window.until(
    "the focus in the grid",
    () => document.activeElement?.classList.contains("ag-cell") ?? false,
  );
  const wrong = await window.run(() => document.querySelectorAll(".cell-bad").length);
  const suggestion = await window.run(
    () => document.querySelector("aside tbody td:nth-child(2)")?.textContent ?? "",
  );
  expect(suggestion).not.toBe("");
  await window.press("F2");
  await window.until("the editor", () => document.querySelector(".ag-cell-inline-editing input") !== null);
  await window.press("Control", "a");
  await window.type(suggestion);
  await window.press("Enter");
  await window.until(
    "the finding to go",
    (wrong: number) =>
      document.querySelectorAll(".cell-bad").length < wrong &&
      document.querySelector(".cell-edited s") !== null,
    wrong,
  );
});

inEveryLook("a rule, all alike fixed", desk, async (look) => {
  const window = await review([sample(desk.home)]);
  await rule(window, "Account No");
  await look(window, "aside td.who", "review");
  await window.run(() => {
    [...document.querySelectorAll<HTMLElement>("aside button")]
      .find((button) => /^(Fix all|Alle) \d/.test((button.textContent ?? "").trim()))
      ?.click();
  });
  await look(window, "[role=dialog] td.who", "review-fix-all");
  await window.press("Escape");
  await window.run(() => {
    [...document.querySelectorAll<HTMLElement>("button")]
      .find((button) => /^(Exclude the rest|Übrige ausschließen)/.test((button.textContent ?? "").trim()))
      ?.click();
  });
  await look(window, "[role=dialog] [data-primary]:enabled", "review-exclude-rest");
});
