import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../../App.svelte";
import { resetReview } from "../../lib/platform/fakeReview";
import { platform } from "../../lib/platform/platform";
import { begin, close, go, session } from "../../lib/session.svelte";
import { read, write } from "./tsv";

// The first one loads the grid, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 20_000 });

/** Each test has a migration of its own, since Review goes on where it was with one. */
let migrations = 0;

async function review(): Promise<ReturnType<typeof userEvent.setup>> {
  await close();
  await begin();
  session.migration = await platform.openMigration(
    `/home/maren/Documents/Carryover/test ${++migrations}.carryover`,
  );
  go("review");
  render(App);
  await screen.findByText(/There is no customer “817”/, undefined, { timeout: 8_000 });
  return userEvent.setup();
}

beforeEach(() => {
  vi.restoreAllMocks();
});

test("rules stand by severity with their counts, errors first", async () => {
  await review();
  const errors = screen.getByRole("region", { name: "Errors: cannot be sent" });
  expect(within(errors).getByText("5 rules")).toBeVisible();
  expect(within(errors).getAllByRole("button")[0]).toHaveTextContent(
    /Unknown Customer number\s*Contracts\s*48/,
  );
  expect(screen.getByText("111 errors to settle before the totals")).toBeVisible();
  expect(screen.getByRole("button", { name: "Compare totals" })).toBeDisabled();
});

test("rules are found by their words, and what to do is said when there is none", async () => {
  const user = await review();
  await user.type(screen.getByLabelText("Filter rules"), "vat");
  expect(screen.getByText("No finding matches “vat”")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show all rules" }));
  expect(screen.getByText("Nearly the same Name")).toBeVisible();
});

test("fixing all alike shows every change first; what is unticked stays", async () => {
  const user = await review();
  const fix = vi.spyOn(platform, "fix");
  await user.click(screen.getByRole("button", { name: "Fix all 48 like this" }));
  const dialog = await screen.findByRole("dialog", { name: "Fix all 48 like this?" });
  await user.click(await within(dialog).findByLabelText("Change row 118"));
  expect(within(dialog).getByText("Laboratorium Hoorn")).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Fix 47 rows" }));
  await screen.findByText("47 rows were corrected.");
  expect(fix).toHaveBeenCalledWith(
    expect.objectContaining({ dataset: "contracts", rule: "reference", except: [{ source: 3, row: 118 }] }),
    { kind: "suggested" },
  );
});

test("all changes can be unticked at once; then only what is ticked is made", async () => {
  const user = await review();
  const fix = vi.spyOn(platform, "fix");
  await user.click(screen.getByRole("button", { name: "Fix all 48 like this" }));
  const dialog = await screen.findByRole("dialog", { name: "Fix all 48 like this?" });
  await user.click(await within(dialog).findByLabelText("Tick all"));
  expect(within(dialog).getByRole("button", { name: "Fix 0 rows" })).toBeDisabled();
  await user.click(within(dialog).getByLabelText("Change row 131"));
  await user.click(within(dialog).getByRole("button", { name: "Fix 1 row" }));
  await screen.findByText("1 row was corrected.");
  expect(fix).toHaveBeenCalledWith(expect.objectContaining({ spots: [{ source: 3, row: 131 }] }), {
    kind: "suggested",
  });
});

test("leaving out asks for a reason and offers the last ones", async () => {
  const user = await review();
  await user.click(screen.getByRole("button", { name: "Exclude…" }));
  const dialog = await screen.findByRole("dialog", { name: "Exclude this row?" });
  await user.click(within(dialog).getByRole("button", { name: "Exclude 1 row" }));
  expect(within(dialog).getByText("Write a reason. An auditor will read it in a year.")).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Export overlap on 31 May" }));
  await user.click(within(dialog).getByRole("button", { name: "Exclude 1 row" }));
  await screen.findByText("1 row was excluded.");
});

test("a warning is kept with a reason and moves to Settled", async () => {
  const user = await review();
  await user.click(screen.getByRole("button", { name: /Nearly the same Name/ }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Fix all 48 like this" })).toBeNull());
  const scope = {
    dataset: "customers",
    rule: "near_duplicate",
    field: "customer_name",
    severity: "warning",
  } as const;
  await platform.fix(
    { ...scope, row: null, spots: [], except: [] },
    { kind: "keep", reason: "Two companies" },
  );
  session.migration = await platform.currentMigration();
  const settled = await screen.findByRole("region", { name: "Settled" });
  expect(within(settled).getByRole("button")).toHaveTextContent(/Nearly the same Name\s*Customers\s*14/);
});

test("when nothing is left it says what was decided", async () => {
  await review();
  const decided = {
    dataset: "usage",
    rule: "unique",
    field: "data.event_id",
    corrected: 0,
    kept: 0,
    excluded: 212,
    reason: "export overlap on 31 May",
    who: "Maren Okafor",
    open: 0,
  } as const;
  resetReview({ rules: [], decided: [decided] });
  session.migration = await platform.currentMigration();
  expect(await screen.findByRole("heading", { name: "Nothing left to settle" })).toBeVisible();
  expect(
    screen.getByRole("row", { name: /Event used twice Usage 212 212 excluded, export overlap on 31 May/ }),
  ).toBeVisible();
  expect(screen.getByRole("button", { name: "Compare totals" })).toBeEnabled();
});

test("tables from and for a spreadsheet keep tabs, line ends and quotes inside cells", () => {
  const table = [
    ["plain", "two\nlines", 'a "quote"'],
    ["", "tab\there", "end"],
  ];
  expect(read(write(table))).toEqual(table);
  expect(read("a\tb\r\nc\t\r\n")).toEqual([
    ["a", "b"],
    ["c", ""],
  ]);
});
