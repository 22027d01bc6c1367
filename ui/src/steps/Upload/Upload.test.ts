import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../../App.svelte";
import { connections } from "../../connections/connections.svelte";
import { stage } from "../../lib/platform/fake";
import { platform } from "../../lib/platform/platform";
import { NEWER, uploadStage } from "../../lib/platform/upload";
import { begin, go, open, session } from "../../lib/session.svelte";
// Fetched now, so that no test waits for it.
import "./Upload.svelte";
import { upload } from "./upload.svelte";

const PATH = "/home/maren/Documents/Carryover/brackwater.carryover";

async function start(path = PATH): Promise<ReturnType<typeof userEvent.setup>> {
  await begin();
  await open(path);
  go("upload");
  render(App);
  await screen.findByRole("navigation", { name: "Stages of the upload" });
  return userEvent.setup();
}

async function planWith(user: ReturnType<typeof userEvent.setup>, name: string): Promise<void> {
  await user.click(screen.getByRole("radio", { name }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Make the plan" })).toBeEnabled());
  await user.click(screen.getByRole("button", { name: "Make the plan" }));
  await screen.findByRole("heading", { name: "What the upload will do" });
}

beforeEach(() => {
  stage.reset();
  Object.assign(connections, { list: null, tests: {}, keys: {} });
  Object.assign(upload, { migration: "", closing: false });
  session.row = null;
});

test("choosing a connection tests it, and only a passed test leads on", async () => {
  uploadStage.set({ refused: new Set(["Brackwater Analytics"]) });
  const user = await start();
  expect(screen.getByRole("button", { name: "Make the plan" })).toBeDisabled();
  await user.click(screen.getByRole("radio", { name: "Brackwater Analytics" }));
  expect(await screen.findByText("1 of 6 failed")).toBeVisible();
  expect(screen.getByText(/Make a new one in Zenskar under Settings/)).toBeVisible();
  expect(screen.getAllByText("Waits for the test above")).toHaveLength(4);
  expect(screen.getByRole("button", { name: "Make the plan" })).toBeDisabled();
  await planWith(user, "Practice Zenskar");
  expect(document.title).toContain("(practice)");
});

test("a test with a warning leads on, and the list says that there is something to look at", async () => {
  uploadStage.set({ warned: new Set(["Brackwater Analytics"]) });
  const user = await start();
  await user.click(screen.getByRole("radio", { name: "Brackwater Analytics" }));
  expect(await screen.findAllByText("Look at this")).toHaveLength(2);
  expect(screen.queryByText("Ready")).toBeNull();
  expect(screen.getByRole("button", { name: "Make the plan" })).toBeEnabled();
});

test("a key that is missing or refused is entered where it is missed", async () => {
  uploadStage.set({ keyless: new Set(["Brackwater Analytics"]), refused: new Set(["Brackwater sandbox"]) });
  const user = await start();
  await user.click(screen.getByRole("radio", { name: "Brackwater Analytics" }));
  await user.click(await screen.findByRole("button", { name: "Enter the key…" }));
  await waitFor(() => expect(screen.getByLabelText("Key")).toHaveFocus());
  await user.keyboard("{Escape}");
  await user.click(screen.getByRole("radio", { name: "Brackwater sandbox" }));
  await screen.findByText("1 of 6 failed");
  const row = screen.getByRole("row", { name: /does not accept this key/ });
  await user.click(within(row).getByRole("button", { name: "Replace key…" }));
  await waitFor(() => expect(screen.getByLabelText("Key")).toHaveFocus());
});

test("a locked keychain is explained, and trying again works without a restart", async () => {
  uploadStage.set({ locked: true });
  const user = await start();
  await user.click(screen.getByRole("radio", { name: "Brackwater sandbox" }));
  expect(await screen.findByText("The keychain cannot be used.")).toBeVisible();
  uploadStage.set({ locked: false });
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Ready")).toBeVisible();
});

test("a new connection is checked in the place, and its key does not stay", async () => {
  const user = await start();
  const add = vi.spyOn(platform, "addConnection");
  await user.click(screen.getByRole("button", { name: "Add a connection…" }));
  const dialog = await screen.findByRole("dialog", { name: "Add a connection to Zenskar" });
  const field = (name: string): HTMLElement => within(dialog).getByLabelText(name);
  await user.clear(field("Host"));
  await user.type(field("Host"), "http://api.zenskar.com");
  await user.type(field("Organisation id"), "brackwater");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByText(/could be read on the way/)).toBeVisible();
  expect(within(dialog).getByText("Enter the key.")).toBeVisible();
  expect(add).not.toHaveBeenCalled();
  await user.type(field("Name"), "Second account");
  await user.clear(field("Host"));
  await user.type(field("Host"), "https://api.zenskar.com");
  await user.clear(field("Organisation id"));
  await user.type(field("Organisation id"), "7c1e0b52-90d4-4d0a-b1c8-52f0a9e6d3b7");
  await user.type(field("Key"), "sandbox_practice_4f9c");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByRole("radio", { name: "Second account" })).toBeChecked();
  expect(document.body.innerHTML).not.toContain("sandbox_practice_4f9c");
});

test("the address of a Kustomer account follows from its organisation until it is typed", async () => {
  const user = await start("/home/maren/Documents/Carryover/contacts.carryover");
  expect(screen.queryByRole("radio")).toBeNull();
  const add = vi.spyOn(platform, "addConnection");
  await user.click(screen.getByRole("button", { name: "Add a connection…" }));
  const dialog = await screen.findByRole("dialog", { name: "Add a connection to Kustomer" });
  const field = (name: string): HTMLElement => within(dialog).getByLabelText(name);
  expect(within(dialog).getByText(/org\.permission\.customer/)).toBeVisible();
  await user.type(field("Organisation name"), "quillfeather");
  await waitFor(() => expect(field("Host")).toHaveValue("https://quillfeather.api.kustomerapp.com"));
  await user.type(field("Host"), "/eu");
  await user.type(field("Organisation name"), "-2");
  expect(field("Host")).toHaveValue("https://quillfeather.api.kustomerapp.com/eu");
  await user.type(field("Name"), "Quillfeather");
  await user.type(field("Key"), "key");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(add).toHaveBeenCalled());
  expect(add.mock.calls[0]?.[0]).toMatchObject({ destination: "kustomer", organisation: "quillfeather-2" });
});

test("fields the account does not know are named and created after asking; then the plan is made", async () => {
  const attribute = {
    field: "custom.creditLimitNum",
    label: "Credit Limit",
    kind: "decimal",
    allowed: [],
  } as const;
  uploadStage.set({ lacking: { customers: [{ ...attribute, allowed: [] }] } });
  const user = await start();
  const plan = vi.spyOn(platform, "makePlan");
  await user.click(screen.getByRole("radio", { name: "Practice Zenskar" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Make the plan" })).toBeEnabled());
  await user.click(screen.getByRole("button", { name: "Make the plan" }));
  await screen.findByRole("heading", { name: "Practice Zenskar does not know one of your fields yet" });
  expect(plan).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "Create 1 field…" }));
  const dialog = await screen.findByRole("dialog", { name: "Create this field in Practice Zenskar?" });
  const line = within(dialog).getByRole("row", { name: /Credit Limit/ });
  expect(line).toHaveTextContent("custom.creditLimitNum");
  expect(line).toHaveTextContent("Number");
  expect(within(dialog).getByRole("button", { name: "Cancel" })).toHaveFocus();
  await user.click(within(dialog).getByRole("button", { name: "Create 1 field" }));
  await screen.findByRole("heading", { name: "What the upload will do" });
  expect(plan).toHaveBeenCalledOnce();
});

test("the plan lists records by what happens, with the difference and the exact request", async () => {
  const user = await start();
  await planWith(user, "Practice Zenskar");
  const grid = await screen.findByRole("grid", { name: "Customers" });
  expect(screen.getByText("1–50 of 120")).toBeVisible();
  await user.click(within(grid).getByRole("row", { name: /00002/ }));
  expect(await screen.findByText("old@tamar.example")).toBeVisible();
  expect(await screen.findByText(/x-api-key: ••••••••4f9c/)).toBeVisible();
  await user.keyboard("{ArrowDown}");
  expect(within(grid).getByRole("row", { name: /00003/ })).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Next page" }));
  expect(await screen.findByText("51–100 of 120")).toBeVisible();
  await user.click(screen.getByRole("radio", { name: "Skip 3" }));
  expect(await screen.findByText("Excluded: older copy")).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "Find a record" }), "no such");
  expect(await screen.findByText("No record fits")).toBeVisible();
});

test("live takes the connection's name, and Enter alone never confirms", async () => {
  const user = await start();
  const send = vi.spyOn(platform, "startUpload");
  await planWith(user, "Brackwater Analytics");
  expect(document.title).toMatch(/^LIVE: /);
  await user.click(await screen.findByRole("button", { name: "Send the first three to LIVE…" }));
  const dialog = await screen.findByRole("dialog", { name: /live account/ });
  expect(await within(dialog).findByText("Tamar Valley Testing")).toBeVisible();
  expect(within(dialog).getAllByRole("row")).toHaveLength(3);
  expect(within(dialog).getByText(/no messages and no automatic charges/)).toBeVisible();
  expect(within(dialog).queryByText(/Usage events cannot be deleted/)).toBeNull();
  const [confirm, typed] = [
    within(dialog).getByRole("button", { name: "Send three to LIVE" }),
    within(dialog).getByRole("textbox", { name: /Brackwater Analytics$/ }),
  ];
  await waitFor(() => expect(typed).toHaveFocus());
  await user.keyboard("{Enter}");
  await user.type(typed, "brackwater analytics");
  expect(confirm).toBeDisabled();
  await user.clear(typed);
  await user.type(typed, "  Brackwater Analytics ");
  await user.keyboard("{Enter}");
  expect(send).not.toHaveBeenCalled();
  await user.click(confirm);
  expect(await screen.findByText("All 12 fields agree.")).toBeVisible();
  expect(screen.getByRole("heading", { name: "00003 Ostsee Umweltlabor" })).toBeVisible();
  expect(screen.getAllByRole("row", { name: /^Send messages No/ })).toHaveLength(3);

  await user.click(screen.getByRole("button", { name: "Upload the other 420,280 to LIVE…" }));
  const rest = await screen.findByRole("dialog", { name: "Upload 420,280 records to the live account?" });
  // Of the first three one was new, one changed and one there already.
  expect(within(rest).getByRole("row", { name: "Customers 1,157 new, 30 changed" })).toBeVisible();
  expect(within(rest).getByRole("row", { name: "Usage 418,113 new" })).toBeVisible();
  expect(within(rest).getByText(/Usage events cannot be deleted in Zenskar/)).toBeVisible();
});

test("an upload is watched, paused, and ends with what was rejected", async () => {
  const user = await start();
  const notify = vi.spyOn(platform, "notify");
  await planWith(user, "Practice Zenskar");
  await user.click(await screen.findByRole("button", { name: "Send the first three" }));
  await user.click(await screen.findByRole("button", { name: /^Upload the other 420,280/ }));
  await screen.findByRole("heading", { name: "Uploading to Practice Zenskar" });
  uploadStage.settle([1189, 259_400, 0], {
    happenings: [
      {
        id: 1,
        at: "2026-10-12T14:21:09Z",
        what: "rejected",
        dataset: "customers",
        key: "01107",
        reason: "The e-mail address already belongs to customer 00412.",
        place: { source: 1, row: 1107 },
      },
    ],
  });
  expect(await screen.findByText("259,400 of 418,113")).toBeVisible();
  expect(screen.getByText(/already belongs to customer 00412/)).toBeVisible();
  expect(screen.getByText("60% of the records are sent.")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Pause" }));
  expect(await screen.findByText("Paused after the running batch")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Resume" }));
  const at = new Date().toISOString();
  const since = { began: at, seconds: 30, since: at };
  uploadStage.settle([1189, 259_400, 0], {
    waiting: { told: "Zenskar asked for a pause.", reached: true, ...since },
  });
  expect(await screen.findByText("Zenskar keeps the upload waiting.")).toBeVisible();
  expect(screen.getByText(/^Next try in/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Try now" })).toBeNull();
  uploadStage.settle([1189, 259_400, 0], {
    waiting: { told: "Zenskar cannot be reached.", reached: false, ...since },
  });
  expect(await screen.findByText(/^Zenskar cannot be reached since .*\.$/)).toBeVisible();
  expect(screen.getByRole("button", { name: /^Upload.*to decide.*Waits for Zenskar/ })).toBeVisible();
  expect(screen.getByRole("row", { name: /^Usage/ })).toHaveTextContent("Waits for Zenskar");
  await user.click(screen.getByRole("button", { name: "Try now" }));
  expect(await screen.findByText(/^Sending, /, { selector: "footer *" })).toBeVisible();
  uploadStage.askToClose();
  await user.click(await screen.findByRole("button", { name: "Keep uploading" }));
  uploadStage.settle([1189, 418_113, 981]);
  uploadStage.end();
  expect(await screen.findByText("All 420,283 records are there.")).toBeVisible();
  await waitFor(() =>
    expect(notify).toHaveBeenCalledWith("The upload has ended", expect.stringContaining("all records")),
  );
});

test("an upload that stopped says where, and a rejected record leads to its row", async () => {
  const datasets = [{ dataset: "customers", rows: 10, settled: 4, rejected: 1, state: "waits" as const }];
  const last = {
    connection: "Practice",
    environment: "practice",
    finished: false,
    at: "2026-10-12T14:27:00",
  };
  uploadStage.set({ state: { connection: "Practice", last, datasets, doubtful: 0 } });
  const user = await start();
  expect(await screen.findByText(/^The upload stopped at/)).toBeVisible();
  expect(screen.getByText("4 of 10 records were sent. Continue from there.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Continue the upload" })).toBeEnabled();
  await user.click(await screen.findByRole("button", { name: "Correct in Review" }));
  expect(session.row).toEqual({ source: 1, row: 1107 });
});

test("a newer file: what is unchanged is told with its run, and everything can be compared all the same", async () => {
  const last = {
    connection: "Practice",
    environment: "practice",
    finished: true,
    at: "2026-10-02T09:14:00Z",
  };
  const datasets = [{ dataset: "customers", rows: 1189, settled: 0, rejected: 0, state: "waits" as const }];
  uploadStage.set({ planned: NEWER, state: { connection: "Practice", last, datasets, doubtful: 0 } });
  const user = await start();
  const [plan, send] = [vi.spyOn(platform, "makePlan"), vi.spyOn(platform, "startUpload")];
  await planWith(user, "Practice Zenskar");
  expect(
    await screen.findByText(/^1,184 rows are unchanged since run 1 \(.*2026\) and are not sent again/),
  ).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Send everything again…" }));
  expect(await screen.findByText(/^Everything is compared/)).toBeVisible();
  expect(plan.mock.lastCall?.[2]).toBe(true);
  await user.click(screen.getByRole("button", { name: "Only what changed" }));
  expect(await screen.findByText(/^1,184 rows are unchanged/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Send the first three" }));
  await user.click(await screen.findByRole("button", { name: "Upload the other 3" }));
  expect(send.mock.lastCall?.[0]).toMatchObject({ what: "everything", all: false, stop_at: 25 });
  uploadStage.end();
});

test("where nothing changed, what is unchanged is recorded without sending", async () => {
  const datasets = [{ dataset: "customers", rows: 1184, settled: 0, rejected: 0, state: "waits" as const }];
  const planned = { customers: { ...NEWER.customers, create: 0, update: 0, requests: 0 } };
  uploadStage.set({ planned, state: { connection: "Practice", last: null, datasets, doubtful: 0 } });
  const user = await start();
  const send = vi.spyOn(platform, "startUpload");
  await planWith(user, "Practice Zenskar");
  expect(await screen.findByText(/^Nothing is sent\./)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Record what is unchanged" }));
  await waitFor(() => expect(send.mock.lastCall?.[0]).toMatchObject({ what: "everything" }));
  uploadStage.end();
});

test("a record shows field by field what it will be and why something is left alone", async () => {
  const user = await start();
  await planWith(user, "Practice Zenskar");
  await user.click(await screen.findByRole("row", { name: /00002/ }));
  expect(
    await screen.findByRole("row", { name: /^E-mail Changed old@tamar.example ap@tamar.example/ }),
  ).toBeVisible();
  expect(
    screen.getByRole("row", { name: /^Tax numbers Added to the list FR VAT FR1 DE VAT DE1/ }),
  ).toBeVisible();
  expect(
    screen.getByRole("row", { name: /^Phone Left alone: set only where it is empty/ }),
  ).toHaveTextContent("The row says +441566550100");
  expect(
    screen.getByRole("row", { name: /^Address line 2 Left alone: empty here, and not sent/ }),
  ).toBeVisible();
  expect(screen.getByText("2 fields are the same")).toBeVisible();
  expect(screen.queryByRole("row", { name: /^Customer number Same/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Show them" }));
  expect(screen.getByRole("row", { name: /^Customer number Same/ })).toBeVisible();
});

test("the share of rejected rows at which an upload stops is chosen before it begins", async () => {
  const user = await start();
  const send = vi.spyOn(platform, "startUpload");
  await planWith(user, "Practice Zenskar");
  await user.click(await screen.findByRole("button", { name: "Send the first three" }));
  (await screen.findByRole("combobox", { name: /^Stop by itself.*More than 25 %/ })).focus();
  await user.keyboard("{Enter}");
  await user.click(await screen.findByRole("option", { name: "Never" }));
  await user.click(screen.getByRole("button", { name: /^Upload the other/ }));
  await waitFor(() => expect(send.mock.lastCall?.[0]).toMatchObject({ what: "everything", stop_at: null }));
  uploadStage.end();
});
