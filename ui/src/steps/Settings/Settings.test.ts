import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent, { PointerEventsCheckLevel } from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../../App.svelte";
import { platform } from "../../lib/platform/platform";
import { stage } from "../../lib/platform/fake";
import { begin, go, session } from "../../lib/session.svelte";
import { hide } from "../../shell/dialogs.svelte";

vi.setConfig({ testTimeout: 20_000 });

async function learned(): Promise<ReturnType<typeof userEvent.setup>> {
  const user = userEvent.setup({ pointerEventsCheck: PointerEventsCheckLevel.Never });
  await begin();
  go("settings");
  render(App);
  await user.click(await screen.findByRole("button", { name: "What was learned" }, { timeout: 5_000 }));
  await screen.findByText("invoice rhythm");
  return user;
}

beforeEach(() => {
  stage.reset();
  session.migration = null;
  session.place = "start";
  hide();
});

test("what was learned is listed with its field, how often and when; one is forgotten, then all", async () => {
  const user = await learned();
  const row = screen.getByRole("row", { name: /^invoice rhythm/ });
  for (const text of ["Billing period", "cadence", "Customers", "3", "Oct 12, 2026"])
    expect(within(row).getByText(text)).toBeVisible();
  expect(screen.getByRole("row", { name: /^where to/ })).toHaveTextContent("Not known");
  await user.click(screen.getByRole("button", { name: "Forget “kundennr” → Customer number" }));
  await waitFor(() => expect(screen.queryByText("kundennr")).toBeNull());
  await user.click(screen.getByRole("button", { name: "Forget all" }));
  const dialog = await screen.findByRole("dialog", { name: "Forget everything that was learned?" });
  expect(within(dialog).getByText(/^2 headings are forgotten/)).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Forget all" }));
  expect(await screen.findByText("Nothing was learned yet")).toBeVisible();
});

test("a colleague's file says what it will change before it is taken over", async () => {
  const user = await learned();
  const taken = vi.spyOn(platform, "importLearned");
  await user.click(screen.getByRole("button", { name: "Take over a file…" }));
  const dialog = await screen.findByRole("dialog", { name: "Take over “jonas.json”?" });
  expect(within(dialog).getByText(/One heading will be matched in another way/)).toBeVisible();
  expect(within(dialog).getByRole("row", { name: /^cust group/ })).toHaveTextContent("custom_data.group");
  expect(taken).not.toHaveBeenCalled();
  await user.click(within(dialog).getByRole("button", { name: "Take over" }));
  expect(await screen.findByRole("row", { name: /^cust group/ })).toBeVisible();
});
