import { configure, render, screen, within } from "@testing-library/svelte";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../../App.svelte";
import { stage } from "../../lib/platform/fake";
import { tieOutStage } from "../../lib/platform/fakeTieOut";
import { platform } from "../../lib/platform/platform";
import { begin, go, open, session } from "../../lib/session.svelte";
import { hide } from "../../shell/dialogs.svelte";

// The screen is fetched when it is first shown; on a busy machine that takes longer than a second.
configure({ asyncUtilTimeout: 5000 });

async function start(change: Parameters<typeof tieOutStage.reset>[0] = {}): Promise<UserEvent> {
  stage.reset();
  tieOutStage.reset({ uploaded: true, ...change });
  await begin();
  render(App);
  await open("/home/maren/Documents/Carryover/brackwater-us.carryover");
  go("report");
  return userEvent.setup();
}

beforeEach(() => {
  session.migration = null;
  session.place = "start";
  hide();
});

test("read is loaded, rejected or excluded, in rows and in money", async () => {
  await start();
  expect(await screen.findByRole("heading", { name: "Closed to the cent" })).toBeVisible();
  const row = screen.getByRole("row", { name: /^EUR 3,590,815.50/ });
  expect(row).toHaveTextContent("3,586,496.90");
  expect(row).toHaveTextContent("Closed");
});

test("what is open cannot be signed", async () => {
  await start({ uploaded: false });
  expect(await screen.findByText("Some rows are neither loaded, rejected nor excluded")).toBeVisible();
  expect(screen.getByRole("button", { name: "Sign as preparer…" })).toBeDisabled();
});

test("everything loaded is read back", async () => {
  const user = await start();
  await user.click(await screen.findByRole("button", { name: "Read back and compare" }));
  expect(await screen.findAllByText("All agree")).toHaveLength(3);
});

test("files are listed with what they are and shown in their folder", async () => {
  const user = await start();
  const reveal = vi.spyOn(platform, "revealFile");
  await user.click(await screen.findByRole("button", { name: "Save report and evidence…" }));
  const pack = await screen.findByRole("button", { name: "Show evidence_practice.zip in its folder" });
  expect(screen.getByText("14.2 MB")).toBeVisible();
  await user.click(pack);
  expect(reveal).toHaveBeenCalledWith("/home/maren/report/evidence_practice.zip");
});

test("the approver is another person than the preparer", async () => {
  const user = await start();
  await user.click(await screen.findByRole("button", { name: "Sign as preparer…" }));
  await user.click(screen.getByRole("button", { name: "Sign" }));
  expect(await screen.findByText("1 of 2 signatures")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Approve…" }));
  const dialog = await screen.findByRole("dialog", { name: "Approve this migration" });
  const name = within(dialog).getByRole("textbox", { name: "Your name" });
  await user.type(name, "maren okafor");
  await user.click(within(dialog).getByRole("checkbox"));
  await user.click(within(dialog).getByRole("button", { name: "Approve" }));
  expect(within(dialog).getByText(/Another person must approve it/)).toBeVisible();
  await user.clear(name);
  await user.type(name, "Tom Lindqvist");
  await user.click(within(dialog).getByRole("button", { name: "Approve" }));
  expect(await screen.findByText("Approved by Tom Lindqvist")).toBeVisible();
  expect(screen.getByText(/^Prepared (today at|on) /)).toBeVisible();
});

test("a change after signing outdates the signatures", async () => {
  const signature = { name: "Maren Okafor", remark: "", at: "2026-10-12T14:36:00Z", seal: "9f2c" };
  await start({
    signOff: {
      signatures: [{ role: "preparer", ...signature }],
      outdated_by: "Excluded 3 rows",
    },
  });
  expect(await screen.findByText("Outdated")).toBeVisible();
  expect(screen.getByText(/^Excluded 3 rows\./)).toBeVisible();
  expect(screen.getByRole("button", { name: "Approve…" })).toBeDisabled();
});
