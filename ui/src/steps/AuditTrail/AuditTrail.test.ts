import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import App from "../../App.svelte";
import { begin, open, session } from "../../lib/session.svelte";

test("the trail is newest first, found in, and says that its chain is unbroken", async () => {
  session.place = "start";
  await begin();
  render(App);
  await open("/home/maren/Documents/Carryover/brackwater.carryover");
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "Audit trail" }));
  expect(await screen.findByText("Unbroken, 3 entries")).toBeVisible();
  expect(screen.getAllByRole("row")[1]).toHaveTextContent("Excluded 37 usage events");
  await user.keyboard("/day first");
  expect(await screen.findByRole("heading", { name: "Chose “day first” for Start date" })).toBeVisible();
  await user.keyboard("x");
  expect(await screen.findByText("No entry matches")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show all entries" }));
  expect(await screen.findByRole("row", { name: /Excluded 37/ })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Export…" }));
  expect(await screen.findByText(/was written to “\/home\/maren\/audit_trail.csv”/)).toBeVisible();
});
