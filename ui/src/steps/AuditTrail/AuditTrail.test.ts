import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import App from "../../App.svelte";
import type { Entry } from "../../generated/bindings";
import { begin, open, session } from "../../lib/session.svelte";
import { speak } from "../../lib/text/text.svelte";
import { trailDetail } from "./steps";

test("the trail is newest first, found in, and says that its chain is unbroken", async () => {
  session.place = "start";
  await begin();
  render(App);
  await open("/home/maren/Documents/Carryover/brackwater.carryover");
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "Audit trail" }));
  expect(await screen.findByText("Unbroken, 3 entries")).toBeVisible();
  const [, day, newest] = screen.getAllByRole("row");
  expect(day).toHaveTextContent(/^Oct 12, 2026$/);
  expect(newest).toHaveTextContent("Excluded 37 rows");
  await user.keyboard("/dd/MM");
  expect(await screen.findByRole("heading", { name: "Chose dd/MM/yyyy for start_date" })).toBeVisible();
  await user.keyboard("x");
  expect(await screen.findByText("No entry matches")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show all entries" }));
  expect(await screen.findByRole("row", { name: /Excluded 37/ })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Export…" }));
  expect(await screen.findByText(/was written to “\/home\/maren\/audit_trail.csv”/)).toBeVisible();
});

test.each([
  ["Files", "Read a.csv", "1204 rows, customers", "1.204 Zeilen, Kunden"],
  ["Review", "Checked every row", "3 rows with errors", "3 Zeilen mit Fehlern"],
  // What people write is theirs, even when the engine could have said it.
  ["Review", "Excluded 3 rows", "Removed duplicates", "Removed duplicates"],
  ["Tie out", "Went on with an open tie-out", "The file has changed since", "The file has changed since"],
  ["Report", "Maren Okafor signed as preparer", "All dates", "All dates"],
])("%s, %s: in German the detail “%s” reads “%s”", (step, what, detail, expected) => {
  speak("de", ["de-DE"]);
  const entry: Entry = { number: 1, at: "", who: "", step, what, detail, seal: "" };
  expect(trailDetail(entry)).toBe(expected);
});
