import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../../App.svelte";
import { stage } from "../../lib/platform/fake";
import { tieOutStage } from "../../lib/platform/fakeTieOut";
import { platform } from "../../lib/platform/platform";
import { begin, go, open, session } from "../../lib/session.svelte";
import { hide } from "../../shell/dialogs.svelte";

async function start(change: Parameters<typeof tieOutStage.reset>[0] = {}): Promise<UserEvent> {
  stage.reset();
  tieOutStage.reset(change);
  await begin();
  render(App);
  await open("/home/maren/Documents/Carryover/brackwater.carryover");
  go("tieOut");
  return userEvent.setup();
}

beforeEach(() => {
  session.migration = null;
  session.place = "start";
  hide();
});

// By its label: asking for roles looks at the style of all of the many cells, which takes jsdom seconds.
const cell = (name: string): Promise<HTMLInputElement> => screen.findByLabelText(name, {}, { timeout: 5000 });

test("figures are typed as in a spreadsheet, and the printed total checks the typing", async () => {
  const user = await start();
  await user.click(await cell("Jan 2026 EUR"));
  await user.keyboard("378,214.35{Enter}361902.8{ArrowRight}");
  expect(await cell("Feb 2026 GBP")).toHaveFocus();
  expect(await cell("Feb 2026 EUR")).toHaveValue("361,902.80");
  expect(screen.getByText("8 figures to go")).toBeVisible();
  await user.keyboard("twelve");
  expect(screen.getByText("1 entry is not a figure")).toBeVisible();
  expect(screen.getByRole("button", { name: "Compare" })).toBeDisabled();
});

test("a block from Excel fills the cells from where it is pasted", async () => {
  const user = await start();
  await user.click(await cell("Jan 2026 EUR"));
  await user.paste("1.5\t2\r\n3\t4\r\n");
  expect(await cell("Feb 2026 GBP")).toHaveValue("4");
  expect(screen.getByRole("row", { name: /Sum of what you typed/ })).toHaveTextContent("4.50");
});

test("a slip of the finger is told before it looks like missing money", async () => {
  const user = await start({ expected: tieOutStage.typed() });
  await user.click(await screen.findByRole("button", { name: "Expected figures…" }));
  const may = await cell("May 2026 EUR");
  await user.clear(may);
  await user.type(may, "412906.19");
  expect(screen.getByText("Differs by 0.01")).toBeVisible();
  expect(screen.getByRole("button", { name: "Compare" })).toBeDisabled();
});

test("a difference is taken apart until it ends in rows", async () => {
  const user = await start({ expected: tieOutStage.typed() });
  expect(await screen.findByRole("heading", { name: "4,318.60 too much" })).toBeVisible();
  expect(await screen.findByText(/212 rows of 48,310 stand in the file twice/)).toBeVisible();
  expect(screen.getByText("EUR 4,318.60 is not explained yet")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "00217 Aalborg Vandlab ApS" }));
  const dialog = await screen.findByRole("dialog", {
    name: "Repeated rows · 00217 · Aalborg Vandlab ApS · May 2026, EUR",
  });
  expect(await within(dialog).findByText("226,904")).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Next page" }));
  expect(await within(dialog).findByText("51 to 100 of 212")).toBeVisible();
});

test("excluding the copies asks why, and closes the totals", async () => {
  const user = await start({ expected: tieOutStage.typed() });
  const upload = (): HTMLElement => screen.getByRole("button", { name: "Upload" });
  await user.click(await screen.findByRole("button", { name: "Exclude the 212 copies…" }));
  expect(upload()).toBeDisabled();
  await user.click(screen.getByRole("button", { name: "Exclude 212 rows" }));
  expect(screen.getByText(/An auditor will read it/)).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "Reason" }), "Export overlap on 31 May");
  await user.click(screen.getByRole("button", { name: "Exclude 212 rows" }));
  expect(await screen.findByRole("heading", { name: "The totals agree" })).toBeVisible();
  expect(upload()).toBeEnabled();
  expect(screen.getByText("May 2026, EUR: 212 rows excluded")).toBeVisible();
  expect(screen.getByText("“Export overlap on 31 May”")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show the 212 rows" }));
  expect(await screen.findByRole("dialog", { name: /May 2026, EUR/ })).toBeVisible();
});

test("a difference is explained in words, and the explanation can be taken back", async () => {
  const user = await start({ expected: tieOutStage.typed() });
  await user.click(await screen.findByRole("button", { name: "Explain in another way…" }));
  const amount = screen.getByRole("textbox", { name: "How much of it" });
  expect(amount).toHaveValue("4,318.60");
  await user.clear(amount);
  await user.type(amount, "4000");
  await user.type(screen.getByRole("textbox", { name: "Reason" }), "Credit note of June");
  await user.click(screen.getByRole("button", { name: "Explain" }));
  expect(await screen.findByRole("heading", { name: "318.60 too much" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Take back" }));
  expect(await screen.findByRole("heading", { name: "4,318.60 too much" })).toBeVisible();
});

test("going on with an open difference asks why", async () => {
  const user = await start({ expected: tieOutStage.typed() });
  const goOn = vi.spyOn(platform, "goOnOpen");
  await user.click(await screen.findByRole("button", { name: "Go on with an open difference…" }));
  await user.type(screen.getByRole("textbox", { name: "Reason" }), "The auditor knows");
  await user.click(screen.getByRole("button", { name: "Go on" }));
  await waitFor(() => expect(session.place).toBe("upload"));
  expect(goOn).toHaveBeenCalledWith("The auditor knows");
});

test("arrows move through the months; F8 goes to the next difference", async () => {
  const user = await start({ expected: tieOutStage.typed() });
  const may = await screen.findByRole("row", { name: /^May 2026/ });
  may.focus();
  await user.keyboard("{ArrowDown}");
  expect(screen.getByRole("row", { name: /^Jun 2026/ })).toHaveFocus();
  await user.keyboard("{F8}");
  await waitFor(() => expect(may).toHaveAttribute("aria-selected", "true"));
});

test("rows that were not checked cannot be compared yet", async () => {
  const user = await start();
  if (session.migration) session.migration.standing.checked = false;
  go("audit");
  go("tieOut");
  await user.click(await screen.findByRole("button", { name: "Go to Review" }));
  expect(session.place).toBe("review");
});
