import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../../App.svelte";
import { failure } from "../../lib/errors.svelte";
import { stage } from "../../lib/platform/fake";
import { platform } from "../../lib/platform/platform";
import { begin, session } from "../../lib/session.svelte";
import { hide } from "../../shell/dialogs.svelte";

async function start(...change: Parameters<typeof stage.reset>): Promise<ReturnType<typeof userEvent.setup>> {
  stage.reset(...change);
  await begin();
  render(App);
  await screen.findByRole("button", { name: "New migration" });
  return userEvent.setup();
}

beforeEach(() => {
  session.migration = null;
  session.place = "start";
  hide();
  failure()?.decide(false);
});

test("the first time it says what a migration is and what to have ready", async () => {
  await start({ recent: [] });
  expect(screen.getByRole("heading", { name: /prove it arrived/ })).toBeVisible();
  expect(screen.getByText("What to have ready")).toBeVisible();
  expect(screen.queryByText("Recent migrations")).toBeNull();
});

test("later it lists migrations with the one action that fits", async () => {
  await start();
  const row = (name: RegExp): HTMLElement => screen.getByRole("row", { name });
  expect(within(row(/Brackwater billing/)).getByText("Review: 111 errors to settle")).toBeVisible();
  expect(
    within(row(/Brackwater billing/)).getByRole("button", { name: "Open Brackwater billing history" }),
  ).toBeVisible();
  expect(within(row(/service contacts/)).getByRole("button", { name: /^Resume/ })).toBeVisible();
  expect(within(row(/Fenwick/)).getByRole("button", { name: /^Find it…/ })).toBeVisible();
});

test("arrows move, Enter opens", async () => {
  const user = await start();
  screen.getByRole("row", { name: /Brackwater billing/ }).focus();
  await user.keyboard("{ArrowDown}");
  expect(screen.getByRole("row", { name: /Brackwater US/ })).toHaveFocus();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Brackwater Analytics Ltd · changes reach real customers")).toBeVisible();
  expect(document.title).toBe("LIVE: Brackwater US Inc. – Carryover");
});

test("Del takes one off the list and says that its file is left alone", async () => {
  const user = await start();
  screen.getByRole("row", { name: /Sample migration/ }).focus();
  await user.keyboard("{Delete}");
  await waitFor(() => expect(screen.queryByRole("row", { name: /Sample migration/ })).toBeNull());
  expect(
    screen.getByText("“Sample migration” was taken off the list. Its file was left alone."),
  ).toBeVisible();
});

test("/ finds; nothing found says what to do", async () => {
  const user = await start();
  await user.keyboard("/vat");
  expect(screen.getByText("No migration matches “vat”")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show all migrations" }));
  expect(screen.getByRole("row", { name: /Fenwick/ })).toBeVisible();
});

test("a missing migration is found again", async () => {
  const user = await start({ chosen: ["/home/maren/moved/fenwick.carryover"] });
  await user.click(screen.getByRole("button", { name: /^Find it…/ }));
  expect(await screen.findByText("Nothing here reaches a real customer")).toBeVisible();
  expect(session.migration?.path).toBe("/home/maren/moved/fenwick.carryover");
});

test("a new migration asks for a name, and the place follows it", async () => {
  const user = await start();
  await user.keyboard("{Control>}n{/Control}");
  const dialog = await screen.findByRole("dialog", { name: "New migration" });
  const [name, place] = within(dialog).getAllByRole("textbox");
  await waitFor(() => expect(name).toHaveFocus());
  await user.click(within(dialog).getByRole("button", { name: "Create" }));
  expect(name).toBeInvalid();
  expect(within(dialog).getByText(/Write a name/)).toBeVisible();
  await user.type(name as HTMLElement, "Acme");
  await waitFor(() => expect(place).toHaveValue("Documents / Carryover / Acme.carryover"));
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(session.migration?.name).toBe("Acme"));
});

test("a place that is taken is said in the dialog itself", async () => {
  const user = await start({ chosen: ["/home/maren/Documents/Carryover/sample.carryover"] });
  await user.click(screen.getByRole("button", { name: "New migration" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Again");
  await user.click(screen.getByRole("button", { name: "Change…" }));
  await user.click(screen.getByRole("button", { name: "Create" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("exists already. Choose another name");
});

test("dropped exports start a new migration with them; what is no table is said while dragging", async () => {
  const user = await start();
  const create = vi.spyOn(platform, "createMigration");
  const file = (name: string, kind: "table" | "other") => ({ path: `/home/maren/${name}`, name, kind });
  const files = [file("verträge 2026.xlsx", "table"), file("notes.docx", "other")];
  stage.drag({ phase: "over", files });
  expect(await screen.findByText(/is not added: Carryover reads/)).toBeVisible();
  stage.drag({ phase: "dropped", files });
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Dropped");
  await user.click(screen.getByRole("button", { name: "Create" }));
  await waitFor(() => expect(create.mock.lastCall?.[1].files).toEqual(["/home/maren/verträge 2026.xlsx"]));
});

test("a dropped migration is opened", async () => {
  await start();
  stage.drag({
    phase: "dropped",
    files: [{ path: "/mnt/audit/acme.carryover", name: "acme.carryover", kind: "migration" }],
  });
  await waitFor(() => expect(session.migration?.path).toBe("/mnt/audit/acme.carryover"));
});

test("what cannot be opened is explained, with what to do and details to copy", async () => {
  const user = await start();
  vi.spyOn(platform, "openMigration").mockRejectedValueOnce({
    code: "busy",
    message: "“a.carryover” is open in another Carryover",
    hint: "Close the other one first; only one may write.",
  });
  await user.click(screen.getByRole("button", { name: "Open Sample migration" }));
  const dialog = await screen.findByRole("dialog", { name: "“a.carryover” is open in another Carryover." });
  expect(within(dialog).getByText("Close the other one first; only one may write.")).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(session.migration?.name).toBe("Sample migration"));
});

test("the sample is one click, with its progress and a way to stop it", async () => {
  const user = await start();
  let end: () => void = () => undefined;
  const stop = vi.spyOn(platform, "stopTask");
  const read = vi
    .spyOn(platform, "trySample")
    .mockImplementation(
      () =>
        new Promise((_, refuse) => (end = () => refuse({ code: "stopped", message: "stopped", hint: "" }))),
    );
  await user.click(screen.getByRole("button", { name: "Try it with sample files" }));
  stage.tell({ task: read.mock.lastCall?.[0] ?? 0, what: "usage.csv", done: 12_000, of: null });
  expect(await screen.findByText("Reading usage.csv")).toBeVisible();
  expect(screen.getByText(/12,000 rows read/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Stop" }));
  expect(stop).toHaveBeenCalledWith(read.mock.lastCall?.[0]);
  end();
  await waitFor(() => expect(screen.queryByText("Reading usage.csv")).toBeNull());
  expect(screen.queryByRole("dialog")).toBeNull();
});
