import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import App from "../../App.svelte";
import { historyStage } from "../../lib/platform/fakeHistory";
import { platform } from "../../lib/platform/platform";
import { begin, open, session } from "../../lib/session.svelte";

async function showHistory(): Promise<ReturnType<typeof userEvent.setup>> {
  session.place = "start";
  await begin();
  render(App);
  await open("/home/maren/Documents/Carryover/brackwater.carryover");
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "History of runs" }));
  return user;
}

test("before anything was sent, it says so and leads to Upload", async () => {
  const user = await showHistory();
  expect(await screen.findByText("Nothing was sent yet")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Go to Upload" }));
  expect(session.place).toBe("upload");
});

test("a run is opened, a record found, and its calls shown and copied", async () => {
  historyStage.uploaded();
  const user = await showHistory();
  const [, newest] = await screen.findAllByRole("row");
  expect(newest).toHaveTextContent(/^2.+Maren Okafor.+All that was ready.+Finished.*418,115/);
  newest?.focus();
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("heading", { name: "Run 2" })).toBeVisible();
  await user.keyboard("/01107");
  expect(await screen.findByText("POST · 400 · 84 ms")).toBeVisible();
  expect(screen.getByLabelText("What was sent")).toHaveTextContent('"credit_limit": 12.50');
  const write = vi.spyOn(navigator.clipboard, "writeText");
  await user.click(screen.getByRole("button", { name: "Copy what came back" }));
  expect(write).toHaveBeenCalledWith('{\n  "detail": "email exists"\n}');
  await user.clear(screen.getByRole("textbox", { name: "Find by key or event" }));
  await user.type(screen.getByRole("textbox", { name: "Find by key or event" }), "nobody");
  expect(await screen.findByText("No record matches")).toBeVisible();
});

test("a run is taken back after a look at what goes and what stays", async () => {
  historyStage.uploaded();
  const user = await showHistory();
  await user.click(await screen.findByRole("button", { name: "Open run 2" }));
  await user.click(await screen.findByRole("button", { name: "Take back this run…" }));
  const dialog = await screen.findByRole("dialog", { name: "Take back run 2?" });
  expect(await within(dialog).findByText("1 record is deleted")).toBeVisible();
  expect(within(dialog).getByText("837 records stay")).toBeVisible();
  expect(within(dialog).getByText(/It was changed in Zenskar since/)).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Delete 1 record" }));
  const done = await screen.findByRole("dialog", { name: "Run 2 was taken back" });
  await user.click(within(done).getByRole("button", { name: "Close" }));
  expect(await screen.findByRole("button", { name: "Taken back by run 3" })).toBeVisible();
});

test("of a live account the name has to be typed", async () => {
  historyStage.uploaded({ environment: "live", connection: "Brackwater Analytics" });
  const user = await showHistory();
  await user.click(await screen.findByRole("button", { name: "Open run 2" }));
  await user.click(await screen.findByRole("button", { name: "Take back this run…" }));
  const button = await screen.findByRole("button", { name: "Delete 1 record in LIVE" });
  expect(button).toBeDisabled();
  await user.type(screen.getByRole("textbox", { name: /type the name/ }), "Brackwater Analytics");
  expect(button).toBeEnabled();
});

test("of two quick changes of a filter, the answer to the first never hides that to the second", async () => {
  historyStage.uploaded();
  const user = await showHistory();
  await user.click(await screen.findByRole("button", { name: "Open run 2" }));
  await screen.findByText("POST · 200 · 84 ms");
  const answer = platform.runPage;
  const late: (() => void)[] = [];
  vi.spyOn(platform, "runPage").mockImplementation(async (query) => {
    await new Promise<void>((go) => late.push(go));
    return answer(query);
  });
  await choose(user, /^Outcome/, "Rejected");
  await choose(user, /^Outcome/, "Created");
  await waitFor(() => expect(late).toHaveLength(2));
  const shown = (): string[] =>
    screen.getAllByRole("row").flatMap((row) => row.textContent?.match(/0\d{4}/) ?? []);
  late[1]?.();
  await waitFor(() => expect(shown()).toEqual(["00003", "00217"]));
  late[0]?.();
  await new Promise((done) => setTimeout(done));
  expect(shown()).toEqual(["00003", "00217"]);
});

async function choose(
  user: ReturnType<typeof userEvent.setup>,
  label: RegExp,
  option: string,
): Promise<void> {
  screen.getByRole("combobox", { name: label }).focus();
  await user.keyboard("{Enter}");
  await user.click(await screen.findByRole("option", { name: option }));
}

test("taking back that was cut off says how far it came, and is gone on with", async () => {
  historyStage.uploaded();
  const user = await showHistory();
  await screen.findByRole("button", { name: "Open run 2" });
  const undo = { run: 3, takes_back: 2, stopped: false, deleted: 1, left: 4 };
  if (session.migration) session.migration.open_undo = undo;
  expect(await screen.findByText("Taking back run 2 was cut off.")).toBeVisible();
  expect(screen.getByText(/1 of 5 records is deleted so far/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Go on taking it back…" }));
  const dialog = await screen.findByRole("dialog", { name: "Go on taking back run 2?" });
  await user.click(await within(dialog).findByRole("button", { name: "Delete 1 record" }));
  await screen.findByRole("dialog", { name: "Run 2 was taken back" });
});
