import { afterEach, expect, test, vi } from "vitest";
import { caps, onShortcut, press, type ShortcutId } from "./shortcuts";

const givenBack: (() => void)[] = [];
const take = (id: ShortcutId): ReturnType<typeof vi.fn> => {
  const run = vi.fn();
  givenBack.push(onShortcut(id, run));
  return run;
};
const key = (key: string, init: KeyboardEventInit = {}, target: EventTarget = document.body): void => {
  target.addEventListener("keydown", (event) => press(event as KeyboardEvent), { once: true });
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));
};

afterEach(() => {
  for (const giveBack of givenBack.splice(0)) giveBack();
  document.body.innerHTML = "";
});

test.each<[ShortcutId, string, KeyboardEventInit, boolean]>([
  ["newMigration", "n", { ctrlKey: true }, true],
  ["newMigration", "n", {}, false],
  ["newMigration", "n", { ctrlKey: true, altKey: true }, false],
  ["undo", "z", { ctrlKey: true }, true],
  ["undo", "Z", { ctrlKey: true, shiftKey: true }, false],
  ["redo", "Z", { ctrlKey: true, shiftKey: true }, true],
  ["overview", "?", { shiftKey: true }, true],
  ["overview", "?", {}, true],
  ["goToStep", "4", { altKey: true }, true],
  ["goToStep", "4", {}, false],
  ["back", "ArrowLeft", { altKey: true }, true],
])("%s by %s %o: %s", (id, name, init, answers) => {
  const run = take(id);
  key(name, init);
  expect(run).toHaveBeenCalledTimes(answers ? 1 : 0);
});

test("while one types, characters and undo belong to the field", () => {
  const [find, undo, create] = [take("findMigration"), take("undo"), take("newMigration")];
  const field = document.body.appendChild(document.createElement("input"));
  key("/", {}, field);
  key("z", { ctrlKey: true }, field);
  key("n", { ctrlKey: true }, field);
  expect([find, undo, create].map((run) => run.mock.calls.length)).toEqual([0, 0, 1]);
});

test("a checkbox is nothing one types in", () => {
  const undo = take("undo");
  const box = document.body.appendChild(document.createElement("input"));
  box.type = "checkbox";
  key("z", { ctrlKey: true }, box);
  expect(undo.mock.calls.length).toBe(1);
});

test("in a dialog only its primary button answers", () => {
  const [create, primary] = [take("newMigration"), take("primary")];
  document.body.innerHTML = `<div role="dialog" data-state="open"></div>`;
  key("n", { ctrlKey: true });
  key("Enter", { ctrlKey: true });
  expect([create, primary].map((run) => run.mock.calls.length)).toEqual([0, 1]);
});

test("the last who took it is called, and it goes back", () => {
  const [first, second] = [take("help"), vi.fn()];
  const giveBack = onShortcut("help", second);
  key("F1");
  giveBack();
  key("F1");
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1]);
});

test("keys are shown as they are printed", () => {
  expect(caps("redo")).toEqual(["Ctrl", "Shift", "Z"]);
  expect(caps("moveRows")).toEqual(["↑", "↓"]);
});
