import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { createRawSnippet } from "svelte";
import { expect, test, vi } from "vitest";
import { dismissToast, say, toast } from "../lib/toasts.svelte";
import Button from "./Button.svelte";
import Field from "./Field.svelte";
import Menu from "./Menu.svelte";
import Pick from "./Pick.svelte";
import Progress from "./Progress.svelte";
import Segments from "./Segments.svelte";
import Status from "./Status.svelte";
import Step from "./Step.svelte";
import Toast from "./Toast.svelte";

const words = (text: string) => createRawSnippet(() => ({ render: () => `<span>${text}</span>` }));

test("a busy button keeps its label and cannot be pressed again", async () => {
  const press = vi.fn();
  render(Button, { kind: "primary", busy: true, onclick: press, children: words("Create") });
  const button = screen.getByRole("button", { name: "Create" });
  await userEvent.click(button);
  expect(button).toHaveAttribute("aria-busy", "true");
  expect(press).not.toHaveBeenCalled();
});

test("a field says what is wrong where it is read out", () => {
  render(Field, {
    label: "May 2026",
    value: "412.906,18",
    error: "Is that four hundred thousand? Write 412,906.18.",
  });
  expect(screen.getByRole("textbox", { name: "May 2026" })).toHaveAccessibleDescription(/Write 412,906.18/);
  expect(screen.getByRole("textbox")).toBeInvalid();
});

test("a fixed field can be read, not changed", () => {
  render(Field, { label: "Type", value: "Fixed by the destination", fixed: true });
  expect(screen.getByRole("textbox", { name: "Type" })).toHaveAttribute("readonly");
});

test("a status is never colour alone", () => {
  render(Status, { kind: "question" });
  expect(screen.getByText("Asks you").querySelector("svg")).not.toBeNull();
});

test("a step reads out its state and detail", () => {
  render(Step, {
    number: 3,
    label: "Review",
    standing: { state: "errors", detail: "111 errors" },
    current: true,
  });
  const step = screen.getByRole("button", { name: /Review.*with errors.*111 errors/ });
  expect(step).toHaveAttribute("aria-current", "step");
});

test("segments are chosen by arrows", async () => {
  const chosen = vi.fn();
  const options = [
    { value: "all", label: "All 1,204" },
    { value: "create", label: "Create 1,158" },
  ];
  render(Segments, { label: "Records", options, value: "all", onchange: chosen });
  await userEvent.tab();
  await userEvent.keyboard("{ArrowRight}");
  expect(chosen).toHaveBeenCalledWith("create");
});

test("a pick opens by keyboard and takes the answer", async () => {
  const chosen = vi.fn();
  const options = [
    { value: ";", label: "Semicolon" },
    { value: ",", label: "Comma" },
  ];
  render(Pick, { label: "Delimiter", options, value: ";", onchange: chosen });
  const pick = screen.getByLabelText("Delimiter: Semicolon");
  pick.focus();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("option", { name: "Comma" });
  await userEvent.keyboard("{ArrowDown}{Enter}");
  await waitFor(() => expect(chosen).toHaveBeenCalledWith(","));
});

test("a menu shows shortcuts and runs what is chosen", async () => {
  const run = vi.fn();
  const trigger = createRawSnippet<[Record<string, unknown>]>((props) => ({
    render: () => "<button>More</button>",
    setup: (element) => {
      for (const [name, value] of Object.entries(props())) {
        if (name.startsWith("on") && typeof value === "function")
          element.addEventListener(name.slice(2), value as EventListener);
        else if (typeof value === "string") element.setAttribute(name, value);
      }
    },
  }));
  render(Menu, { actions: [{ label: "Exclude…", keys: ["Ctrl", "E"], run }], children: trigger });
  screen.getByRole("button", { name: "More" }).focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByRole("menuitem", { name: /Exclude….*Ctrl E/ }));
  expect(run).toHaveBeenCalledOnce();
});

test.each([
  [0, 100, "0"],
  [61, 100, "60"],
  [100, 100, "100"],
  [5, null, null],
])("progress %s of %s reads out %s", (done, of, said) => {
  render(Progress, { label: "Reading", done, of });
  const bar = screen.getByRole("progressbar", { name: "Reading" });
  if (said === null) expect(bar).not.toHaveAttribute("aria-valuenow");
  else expect(bar).toHaveAttribute("aria-valuenow", said);
});

test("a toast can be undone, and goes by itself unless one is at it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const undo = vi.fn();
  say("48 rows corrected", { undo });
  const shown = toast();
  if (!shown) throw new Error("say() shows a toast");
  render(Toast, { toast: shown });
  screen.getByRole("button", { name: "Undo" }).focus();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(toast()).not.toBeNull();
  screen.getByRole("button", { name: "Undo" }).click();
  expect(undo).toHaveBeenCalledOnce();
  expect(toast()).toBeNull();

  say("Gone soon");
  const next = toast();
  if (!next) throw new Error("say() shows a toast");
  render(Toast, { toast: next });
  await vi.advanceTimersByTimeAsync(8_000);
  expect(toast()).toBeNull();
  dismissToast(next.id);
  vi.useRealTimers();
});
