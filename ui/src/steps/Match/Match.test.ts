import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent, { PointerEventsCheckLevel } from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../../App.svelte";
import { platform } from "../../lib/platform/platform";
import { begin, go, open, session } from "../../lib/session.svelte";
import { hide } from "../../shell/dialogs.svelte";

// Whole screens in jsdom, on a machine that is busy.
vi.setConfig({ testTimeout: 20_000 });

type User = ReturnType<typeof userEvent.setup>;

async function match(): Promise<User> {
  await begin();
  await open("/home/maren/Documents/Carryover/brackwater.carryover");
  go("match");
  render(App);
  // The screen is fetched when it is first shown.
  await screen.findByText("Required: 2 of 2 matched", {}, { timeout: 5_000 });
  // A menu that is closing keeps the page from the pointer for a moment.
  return userEvent.setup({ pointerEventsCheck: PointerEventsCheckLevel.Never });
}

const row = (name: RegExp): HTMLElement => screen.getByRole("row", { name });
const panel = (name: string): HTMLElement => screen.getByRole("complementary", { name });

beforeEach(() => {
  session.migration = null;
  session.place = "start";
  hide();
});

test("required fields first, then what asks; the first question is open", async () => {
  await match();
  const labels = screen.getAllByRole("row").map((line) => line.querySelector(".med")?.textContent);
  expect(labels.filter(Boolean).slice(0, 5)).toEqual([
    "Customer number",
    "Name",
    "Billing cadence",
    "Customer since",
    "Phone",
  ]);
  expect(panel("Billing cadence")).toBeVisible();
  expect(screen.getByText("2 questions to answer")).toBeVisible();
  expect(screen.getByRole("button", { name: "Check the rows" })).toBeDisabled();
});

test("words: each with its rows; answered one by one until none is open", async () => {
  const user = await match();
  const words = await screen.findByRole("table", { name: "Words in “Invoice rhythm”" });
  expect(within(words).getAllByRole("row")).toHaveLength(7);
  expect(screen.getByText("Together all 1,204 rows; none is empty.")).toBeVisible();
  expect(await screen.findByText("What do “half-yr” and “on call” mean?")).toBeVisible();
  screen.getByLabelText("“half-yr” is sent as: Choose…").focus();
  await user.keyboard("{Enter}");
  await screen.findByRole("option", { name: "Half-yearly, P6M" });
  await user.keyboard("Half{Enter}");
  expect(await screen.findByText("What does “on call” mean?")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Leave the rest" }));
  expect(await screen.findByText("1 question to answer")).toBeVisible();
});

test("a date order is asked with both outcomes and no answer chosen", async () => {
  const user = await match();
  await user.click(screen.getByRole("button", { name: "Next question" }));
  const since = await screen.findByRole("complementary", { name: "Customer since" });
  expect(within(since).getByText("1,204 dates fit both ways, so Carryover does not guess.")).toBeVisible();
  expect(within(since).getByText("Apr 3, 2019")).toBeVisible();
  expect(within(since).getByText("Mar 4, 2019")).toBeVisible();
  for (const answer of within(since).getAllByRole("radio")) expect(answer).not.toBeChecked();
  await user.click(within(since).getByRole("radio", { name: /Day first/ }));
  const made = vi.spyOn(platform, "changeMapping");
  await user.click(within(since).getByRole("button", { name: "Use “Day first”" }));
  await waitFor(() =>
    expect(made).toHaveBeenCalledWith(1, [
      { change: "format", field: "custom_data.since", format: "dd/MM/yyyy" },
    ]),
  );
  expect(await screen.findByText("1 question to answer")).toBeVisible();
});

test("by keyboard: F2 opens the list, typing finds, Enter chooses, the steps are kept, Ctrl Z takes it back", async () => {
  const user = await match();
  row(/^Customer number/).focus();
  await user.keyboard("{ArrowDown}");
  expect(row(/^Name/)).toHaveFocus();
  await user.keyboard("{F2}");
  await waitFor(() => expect(screen.getByRole("combobox", { name: "Find a column" })).toHaveFocus());
  await user.keyboard("sales{Enter}");
  expect(await screen.findByText(/“Name” now comes from “Sales rep”. Its steps still fit/)).toBeVisible();
  expect(row(/^Name/)).toHaveTextContent("Sales rep");
  await waitFor(() => expect(row(/^Name/)).toHaveFocus());
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(row(/^Name/)).toHaveTextContent("Company"));
});

test("a required field without a column says so beside Back", async () => {
  const user = await match();
  row(/^Customer number/).focus();
  await user.keyboard("{Delete}");
  expect(
    await screen.findByText("“Customer number” must come from a column before the rows can be checked."),
  ).toBeVisible();
  expect(screen.getByText("Required: 1 of 2 matched")).toBeVisible();
});

test("a fixed value stands for every row", async () => {
  const user = await match();
  await user.click(screen.getByRole("button", { name: /^Column for “City”/ }));
  await user.click(await screen.findByRole("option", { name: /A fixed value/ }));
  await user.type(await screen.findByRole("textbox", { name: "Value for every row" }), "Lynton{Enter}");
  await waitFor(() => expect(row(/^City/)).toHaveTextContent("Always “Lynton”"));
});

test("a field is taken from another file: the columns are guessed, seen on rows, and kept", async () => {
  const user = await match();
  await user.click(screen.getByRole("button", { name: /^Column for “City”/ }));
  await user.click(await screen.findByRole("option", { name: /From another file/ }));
  const form = await screen.findByRole("dialog", { name: "Take “City” from another file" });
  within(form)
    .getByLabelText(/^From the file/)
    .focus();
  await user.keyboard("{Enter}");
  await screen.findByRole("option", { name: "towns.csv" });
  await user.keyboard("towns{Enter}");
  await waitFor(() =>
    expect(within(form).getByLabelText(/^Where this column/)).toHaveTextContent("Account No"),
  );
  expect(within(form).getByLabelText(/^is that column/)).toHaveTextContent("Customer");
  expect(within(form).getByLabelText(/^take this column/)).toHaveTextContent("Town");
  expect(await within(form).findByText("1,200 of 1,204 rows find theirs.")).toBeVisible();
  expect(within(form).getByText("Launceston")).toBeVisible();
  const made = vi.spyOn(platform, "changeMapping");
  await user.click(within(form).getByRole("button", { name: "Look it up" }));
  await waitFor(() =>
    expect(made).toHaveBeenCalledWith(1, [
      expect.objectContaining({ change: "look_up", field: "address.city", columns: ["Account No"] }),
    ]),
  );
  await waitFor(() => expect(row(/^City/)).toHaveTextContent("Account No → towns.csv"));
});

test("a file that has what is missing is proposed and taken with one click", async () => {
  const user = await match();
  await user.click(row(/^Street/));
  const street = await screen.findByRole("complementary", { name: "Street" });
  expect(within(street).getByText("towns.csv seems to have it")).toBeVisible();
  await user.click(within(street).getByRole("button", { name: "Look it up" }));
  expect(await screen.findByText("“Street” is now looked up in towns.csv.")).toBeVisible();
  expect(
    await within(street).findByText(
      "“Town” in towns.csv, from the row whose “Customer” is this row’s “Account No”.",
    ),
  ).toBeVisible();
});

test("a left-over column is kept or left out", async () => {
  const user = await match();
  await user.click(screen.getByRole("button", { name: "What to do with “Fax”: ignore" }));
  await user.click(await screen.findByRole("menuitem", { name: "Keep as custom data" }));
  expect(
    await screen.findByRole("button", { name: "What to do with “Fax”: keep as custom data" }),
  ).toBeVisible();
});

test("steps are added and their parameters show what they do; what cannot run is not saved", async () => {
  const user = await match();
  await user.click(row(/^Name/));
  const name = await screen.findByRole("complementary", { name: "Name" });
  await user.click(within(name).getByRole("button", { name: "Add a step" }));
  await user.click(await screen.findByRole("menuitem", { name: "Upper or lower case" }));
  expect(await within(name).findByText("TAMAR VALLEY TESTING")).toBeVisible();
  await user.click(within(name).getByRole("button", { name: "Remove step 2: Upper or lower case" }));
  await waitFor(() => expect(within(name).queryByText("TAMAR VALLEY TESTING")).toBeNull());
  await user.click(within(name).getByRole("button", { name: "Add a step" }));
  await user.click(await screen.findByRole("menuitem", { name: "Take what fits a pattern" }));
  const pattern = await within(name).findByRole("textbox", { name: "Pattern" });
  await user.clear(pattern);
  await user.type(pattern, "(");
  expect(await within(name).findByRole("alert")).toHaveTextContent("The pattern “(” cannot be used.");
});

test("Ctrl F finds fields; nothing found says what to do", async () => {
  const user = await match();
  await user.keyboard("{Control>}f{/Control}tax");
  expect(screen.getByRole("textbox", { name: "Find a field or column" })).toHaveFocus();
  expect(screen.queryByRole("row", { name: /^Phone/ })).toBeNull();
  expect(row(/^Tax number/)).toBeVisible();
  await user.keyboard("zzz");
  expect(screen.getByText("No field or column matches “taxzzz”")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show all fields" }));
  expect(row(/^Phone/)).toBeVisible();
});

test("a template says which columns were missing", async () => {
  const user = await match();
  await user.click(screen.getByRole("button", { name: "Templates" }));
  await user.click(await screen.findByRole("menuitem", { name: "Load a template…" }));
  expect(await screen.findByText(/a column it asks for is not in the file: “Cust. group”/)).toBeVisible();
});

test("a list there is added to until it is said that it is replaced, and that is taken back", async () => {
  const user = await match();
  await user.click(row(/^Tax number/));
  const replace = (): HTMLElement =>
    within(panel("Tax number")).getByRole("checkbox", { name: /^Replace the list in Zenskar: Tax numbers/ });
  expect(replace()).not.toBeChecked();
  expect(screen.getByText(/^Now what the file has is added/)).toBeVisible();
  const decide = vi.spyOn(platform, "setList");
  await user.click(replace());
  expect(decide).toHaveBeenCalledWith("customers", "tax_info", true);
  expect(await screen.findByText("The list “Tax numbers” is replaced by what the file has.")).toBeVisible();
  expect(replace()).toBeChecked();
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(replace()).not.toBeChecked());
});

test("what may be done to records that are there is said, decided and taken back", async () => {
  const user = await match();
  expect(screen.getByText(/^: What is missing there is created, what is there is changed/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change…" }));
  const dialog = await screen.findByRole("dialog", { name: "Customers that are in Zenskar already" });
  expect(within(dialog).getByRole("radio", { name: "Customer number" })).toBeChecked();
  const decide = vi.spyOn(platform, "setSync");
  await user.click(within(dialog).getByRole("radio", { name: /^Create only/ }));
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/found again by “Customer number”/)).toBeVisible();
  expect(decide).toHaveBeenCalledWith("customers", "external_id", "create_only");
  await user.keyboard("{Control>}z{/Control}");
  expect(await screen.findByText(/what is there is changed/)).toBeVisible();
});
