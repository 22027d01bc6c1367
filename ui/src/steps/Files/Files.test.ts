import { configure, render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import App from "../../App.svelte";
import { stage } from "../../lib/platform/fake";
import { platform } from "../../lib/platform/platform";
import { begin, go, show } from "../../lib/session.svelte";
import { hide } from "../../shell/dialogs.svelte";

type User = ReturnType<typeof userEvent.setup>;
// The screen is fetched when it is first shown; on a busy machine that takes longer than a second.
configure({ asyncUtilTimeout: 5000 });
let opened = 0;

/** Opens a migration at Files: with the three files of the story, or with none. */
async function start(wanted: "story" | "none" = "story"): Promise<User> {
  stage.reset();
  hide();
  await begin();
  const path = `/home/maren/files-${++opened}.carryover`;
  const files = wanted === "story" ? ["/home/maren/a.csv"] : [];
  const made = await platform.createMigration(0, { name: "Files", destination: "zenskar", path, files });
  show(made.summary);
  go("files");
  render(App);
  await screen.findByRole("heading", { name: "Add the files of the old system" });
  if (wanted === "story") await screen.findByRole("article", { name: /^Contracts/ });
  else await screen.findByText("Drop files or folders anywhere on this window");
  return userEvent.setup();
}

const card = (name: RegExp): HTMLElement => screen.getByRole("article", { name });
const inCard = (name: RegExp): ReturnType<typeof within> => within(card(name));
const file = (name: string, kind: "table" | "other" = "table") => ({
  path: `/home/maren/${name}`,
  name,
  kind,
});

async function pick(user: User, within_: RegExp, label: RegExp, option: string): Promise<void> {
  inCard(within_).getByRole("combobox", { name: label }).focus();
  await user.keyboard("{Enter}");
  await screen.findByRole("option", { name: option });
  await user.keyboard(`${option}{Enter}`);
}

test("without a file it says what belongs here, and why it does not go on", async () => {
  await start("none");
  expect(screen.getByText("Who you bill: number, name, address, tax number")).toBeVisible();
  expect(screen.getByText("Add at least one file")).toBeVisible();
  expect(screen.getByRole("button", { name: "Match columns" })).toBeDisabled();
});

test("a card says what a table is, why, how it is read and what is left out", async () => {
  const user = await start();
  const contracts = inCard(/^Contracts/);
  expect(contracts.getByText("986 rows")).toBeVisible();
  expect(contracts.getByText("All 5 required fields found, 11 of 21 in all")).toBeVisible();
  expect(contracts.getByRole("combobox", { name: "Sheet: Active (2 of 3)" })).toBeVisible();
  expect(contracts.getByRole("combobox", { name: "Header row: 4" })).toBeVisible();
  expect(contracts.getByText("3 lines above are not read · 1 line below is not read")).toBeVisible();
  await user.click(contracts.getByRole("button", { name: "Show: Lines that are not read" }));
  expect(contracts.getByText("Total 986 contracts")).toBeVisible();
  expect(contracts.getByText("nothing was taken from it")).toBeVisible();
  const customers = inCard(/^Customers/);
  expect(customers.getByRole("combobox", { name: "Separator: Semicolon" })).toBeVisible();
  expect(customers.getByRole("combobox", { name: "Encoding: Windows-1252" })).toBeVisible();
  expect(customers.getByRole("cell", { name: "Ärzte-Labor Wismar GmbH" })).toBeVisible();
});

test("another guess shows its first rows at once, while the whole is read again", async () => {
  const user = await start();
  let end: () => void = () => undefined;
  stage.files.set({ hold: new Promise((done) => (end = done)) });
  await pick(user, /^Customers/, /^Header row/, "2");
  await waitFor(() => expect(inCard(/^Customers/).queryByText("Ärzte-Labor Wismar GmbH")).toBeNull());
  expect(inCard(/^Customers/).getByRole("button", { name: "Stop" })).toBeVisible();
  end();
  await waitFor(() => expect(inCard(/^Customers/).getByText("Read")).toBeVisible());
  expect(inCard(/^Customers/).getByRole("combobox", { name: "Header row: 2" })).toBeVisible();
});

test("a table on its side has its header in the first column, and can be stood up again", async () => {
  const user = await start();
  const seen = vi.spyOn(platform, "previewSource");
  inCard(/^Customers/)
    .getByRole("combobox", { name: /^Header row/ })
    .focus();
  await user.keyboard("{Enter}");
  await user.click(await screen.findByRole("option", { name: "First column (on its side)" }));
  await waitFor(() =>
    expect(
      inCard(/^Customers/).getByRole("combobox", { name: "Header row: First column (on its side)" }),
    ).toBeVisible(),
  );
  await pick(user, /^Customers/, /^Header row/, "1");
  await waitFor(() =>
    expect(inCard(/^Customers/).getByRole("combobox", { name: "Header row: 1" })).toBeVisible(),
  );
  expect(seen.mock.calls.map(([, hints]) => hints.transpose)).toEqual([true, false]);
});

test("corrections are dropped only after asking; what cannot be read again is said in the card", async () => {
  const user = await start();
  const cards = await platform.fileCards();
  stage.files.set({
    cards: cards.map((card) => ({ ...card, edits: 2 })),
    refused: { "usage_jan-sep_2026.csv": "damaged" },
  });
  stage.files.set({ changed: [{ source: 2, file: "usage_jan-sep_2026.csv", change: "content" }] });
  window.dispatchEvent(new Event("focus"));
  await waitFor(() => expect(inCard(/^Usage/).getByText("Changed since")).toBeVisible());
  await user.click(inCard(/^Usage/).getByRole("button", { name: "Read again" }));
  await waitFor(() => expect(inCard(/^Usage/).getByRole("alert")).toHaveTextContent("is damaged"));
  expect(inCard(/^Usage/).getByText(/What was read before stands/)).toBeVisible();
  await pick(user, /^Customers/, /^Separator/, "Comma");
  const dialog = await screen.findByRole("dialog", { name: /Drop the corrections in “customers/ });
  expect(dialog).toHaveTextContent("2 corrections that were made in it belong");
  expect(within(dialog).getByRole("button", { name: "Cancel" })).toHaveFocus();
  await user.click(within(dialog).getByRole("button", { name: "Read again, drop corrections" }));
  await waitFor(() =>
    expect(inCard(/^Customers/).getByRole("combobox", { name: "Separator: Comma" })).toBeVisible(),
  );
  // The page answers again once the dialog is gone.
  await waitFor(() => expect(document.body).not.toHaveStyle({ pointerEvents: "none" }));
});

test("the question has its own values and no answer chosen", async () => {
  const user = await start();
  const contracts = inCard(/^Contracts/);
  expect(contracts.getByText("Which date order does the column “Start date” have?")).toBeVisible();
  for (const radio of contracts.getAllByRole("radio")) expect(radio).not.toBeChecked();
  expect(contracts.getByRole("button", { name: "Use this" })).toBeDisabled();
  const answer = vi.spyOn(platform, "answerFormat");
  await user.click(contracts.getByText(/^Day first/));
  await user.click(contracts.getByRole("button", { name: "Use this" }));
  await waitFor(() => expect(inCard(/^Contracts/).getByText("Read")).toBeVisible());
  expect(answer).toHaveBeenCalledWith(3, ["start_date"], "dd/MM/yyyy");
});

test("Del asks, removes, and leaves the file alone", async () => {
  const user = await start();
  card(/^Usage/).focus();
  await user.keyboard("{ArrowUp}");
  expect(card(/^Customers/)).toHaveFocus();
  await user.keyboard("{Delete}");
  const dialog = await screen.findByRole("dialog", { name: "Remove “customers_export_2026-09-30.csv”?" });
  await user.click(within(dialog).getByRole("button", { name: "Remove" }));
  await waitFor(() => expect(screen.queryByRole("article", { name: /^Customers/ })).toBeNull());
  expect(screen.getByText(/was removed. The file itself was left alone/)).toBeVisible();
});

test("dropped files are read one after the other; each that is not added says why", async () => {
  await start("none");
  stage.files.set({ refused: { "locked.xlsx": "password", "twin.csv": "twin", "odd.csv": "unclear" } });
  const names = ["customers.csv", "locked.xlsx", "twin.csv", "odd.csv"];
  stage.drag({ phase: "dropped", files: [...names.map((name) => file(name)), file("notes.docx", "other")] });
  expect(await screen.findByText(/“notes.docx” has no table in it. It was not added/)).toBeVisible();
  expect(await screen.findByText(/“locked.xlsx” is protected with a password/)).toBeVisible();
  expect(await screen.findByText(/“twin.csv” is already here, byte for byte/)).toBeVisible();
  expect(await screen.findByText(/It is not clear what “odd.csv” is about/)).toBeVisible();
  expect(card(/^Customers: customers.csv/)).toBeVisible();
  expect(await screen.findByText("1 file was read")).toBeVisible();
  expect(screen.getByRole("button", { name: "Match columns" })).toBeEnabled();
});

test("what is unclear is added once one says what it is", async () => {
  const user = await start("none");
  stage.files.set({ refused: { "odd.csv": "unclear" }, chosen: [file("odd.csv")] });
  await user.click(screen.getByRole("button", { name: "Choose files…" }));
  await user.click(await screen.findByRole("button", { name: "Add as… odd.csv" }));
  await user.click(await screen.findByRole("menuitem", { name: "Add as Usage" }));
  expect(await screen.findByRole("article", { name: "Usage: odd.csv" })).toBeVisible();
});

test("a drop without anything readable is said", async () => {
  await start("none");
  stage.drag({ phase: "dropped", files: [] });
  expect(await screen.findByText(/nothing in what you dropped that Carryover reads/)).toBeVisible();
});

test("reading shows rows, share, rate and rest, and can be stopped", async () => {
  const user = await start("none");
  stage.files.set({ hold: new Promise(() => undefined) });
  const stop = vi.spyOn(platform, "stopTask");
  const add = vi.spyOn(platform, "addFile");
  stage.drag({ phase: "dropped", files: [file("usage.csv")] });
  await screen.findByText("1 file is still being read");
  const task = add.mock.lastCall?.[0] ?? 0;
  stage.tell({ task, what: "usage.csv", done: 255_201, of: 418_362 });
  expect(await screen.findByText("255,201 rows read")).toBeVisible();
  expect(screen.getByText("61% of the file")).toBeVisible();
  await user.click(inCard(/usage.csv/).getByRole("button", { name: "Stop" }));
  expect(stop).toHaveBeenCalledWith(task);
});

test("a changed file: go on with what was read", async () => {
  const user = await start();
  stage.files.set({ changed: [{ source: 1, file: "customers_export_2026-09-30.csv", change: "gone" }] });
  window.dispatchEvent(new Event("focus"));
  await waitFor(() => expect(inCard(/^Customers/).getByText("No longer there")).toBeVisible());
  await user.click(inCard(/^Customers/).getByRole("button", { name: "Go on with what was read" }));
  await waitFor(() => expect(inCard(/^Customers/).getByText("Read")).toBeVisible());
});

test("a newer file says what it changes before it takes the place, and what changed afterwards", async () => {
  const user = await start();
  const compared = { same: 210, changed: 2, added: 1, gone: 3 };
  stage.files.set({
    chosen: [file("customers of May.csv")],
    newer: {
      rows: 213,
      rows_before: 215,
      missing: [{ column: "Phone", fields: ["Phone"] }],
      added: ["Segment"],
      compared,
    },
  });
  const leave = vi.spyOn(platform, "leaveNewer");
  await newer(user);
  const dialog = await screen.findByRole("dialog", { name: /^Put “customers of May.csv” in the place of/ });
  const seen = within(dialog);
  expect(await seen.findByText("215 rows before, 213 now")).toBeVisible();
  expect(seen.getByText("2 rows have other values")).toBeVisible();
  expect(seen.getByText("3 rows are no longer in it")).toBeVisible();
  expect(seen.getByText("A matched column is not in it: “Phone” (Phone).")).toBeVisible();
  expect(seen.getByText("It has 2 rows fewer.")).toBeVisible();
  expect(seen.getByText("New column: “Segment”.")).toBeVisible();
  expect(seen.getByRole("button", { name: "Cancel" })).toHaveFocus();
  await user.click(seen.getByRole("button", { name: "Put it in its place" }));
  const done = within(
    await screen.findByRole("dialog", { name: /^“customers of May.csv” is in the place of/ }),
  );
  expect(done.getByText("Its rows have to be checked again in Review.")).toBeVisible();
  expect(await screen.findByText("customers of May.csv")).toBeInTheDocument();
  await user.click(done.getByRole("button", { name: "Go to Review" }));
  expect(await screen.findByRole("heading", { name: "Review what would be rejected" })).toBeVisible();
  expect(leave).not.toHaveBeenCalled();
});

test("the very file that was read, and one that cannot be read, change nothing", async () => {
  const user = await start();
  const take = vi.spyOn(platform, "takeNewer");
  stage.files.set({ chosen: [file("a copy.csv"), file("torn.csv")], newer: { same: true } });
  await newer(user);
  const same = within(await screen.findByRole("dialog"));
  expect(await same.findByText(/byte for byte. There is nothing newer in it/)).toBeVisible();
  expect(same.queryByRole("button", { name: "Put it in its place" })).toBeNull();
  await user.click(same.getByRole("button", { name: "Close" }));
  stage.files.set({ refused: { "torn.csv": "damaged" } });
  await newer(user);
  const torn = within(await screen.findByRole("dialog"));
  expect(await torn.findByText(/“torn.csv” is damaged/)).toBeVisible();
  expect(torn.getByText(/Nothing was changed/)).toBeVisible();
  await user.click(torn.getByRole("button", { name: "Close" }));
  expect(take).not.toHaveBeenCalled();
});

async function newer(user: User): Promise<void> {
  await user.click(inCard(/^Customers/).getByRole("button", { name: /^More about/ }));
  await user.click(await screen.findByRole("menuitem", { name: "Read a newer file…" }));
}
