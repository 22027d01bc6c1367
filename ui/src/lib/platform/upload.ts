// The twin's part for connections and the upload: the story's figures. Nothing is sent; the keys are only counted.
import type {
  Attribute,
  Check,
  CheckTold,
  DatasetProgress,
  Environment,
  FieldKind,
  ListedConnection,
  PlannedDataset,
  PlannedField,
  PlannedRecord,
  Progress,
  RecordFields,
  RunningUpload,
  SentField,
  SentRecord,
  TypedConnection,
  UploadState,
  UploadTold,
} from "../../generated/bindings";
import type { Platform } from "./platform";

export const hearCheck = new Set<(event: CheckTold) => void>();
export const hearClose = new Set<(event: unknown) => void>();
export const hearUpload = new Set<(event: UploadTold) => void>();

const URL = "https://api.zenskar.com";
const ORGANISATION = "7c1e0b52-90d4-4d0a-b1c8-52f0a9e6d3b7";
const AT = "2026-10-12T14:27:00Z";

const PRACTICE: ListedConnection = {
  name: "Practice",
  destination: "zenskar",
  url: "http://127.0.0.1:47110",
  organisation: ORGANISATION,
  environment: "practice",
  built_in: true,
};

interface Account {
  connections: ListedConnection[];
  /** Connections whose test fails at the key. */
  refused: Set<string>;
  /** Fields of the user's own that the account does not know. */
  lacking: Record<string, Attribute[]>;
  /** Connections that pass with something to look at. */
  warned: Set<string>;
  /** Connections without a key. */
  keyless: Set<string>;
  /** The keychain is locked. */
  locked: boolean;
  running: RunningUpload | null;
  state: UploadState;
  /** What the plan says, where it is not the story's. */
  planned: Record<string, PlannedDataset> | null;
  /** Ends the upload under way. */
  end: (() => void) | null;
}

const account: Account = fresh();

/** For tests: the accounts, and the upload as the program would tell it. */
export const uploadStage = {
  set: (change: Partial<Account>): void => void Object.assign(account, change),
  settle(settled: number[], change: Partial<RunningUpload["progress"]> = {}): void {
    if (!account.running) return;
    const datasets = account.state.datasets.map((dataset, index): DatasetProgress => {
      const done = settled[index] ?? 0;
      const state = done >= dataset.rows ? "finished" : done > 0 ? "sending" : "waits";
      return { ...dataset, settled: done, state };
    });
    account.running = { ...account.running, progress: { ...account.running.progress, datasets, ...change } };
    tellUpload();
  },
  end: (): void => account.end?.(),
  askToClose: (): void => hearClose.forEach((hear) => hear({})),
};

export function resetUpload(): void {
  Object.assign(account, fresh());
}

type ConnectionCommands = Pick<
  Platform,
  | "connections"
  | "connectionKey"
  | "checkConnection"
  | "addConnection"
  | "changeConnection"
  | "removeConnection"
  | "testConnection"
  | "usualAddress"
>;
type UploadCommands = Pick<
  Platform,
  | "uploadState"
  | "lackingAttributes"
  | "createAttributes"
  | "makePlan"
  | "planPage"
  | "firstPlanned"
  | "planRequest"
  | "planFields"
  | "startUpload"
  | "firstSent"
  | "pauseUpload"
  | "tryUploadNow"
  | "cancelUpload"
  | "rejected"
  | "exportPlan"
  | "exportRejected"
  | "closeWindow"
>;

export const connectionsTwin: ConnectionCommands = {
  connections: async () => account.connections,
  connectionKey: async () => {
    if (account.locked) throw locked();
    return "4f9c";
  },
  checkConnection: async ({ name, destination, url, organisation }, instead) => ({
    name:
      name.trim() === ""
        ? "missing"
        : account.connections.some((other) => other.name === name.trim() && other.name !== instead)
          ? "taken"
          : null,
    url: url.startsWith("https://") ? null : url.startsWith("http://") ? "unencrypted" : "not_an_address",
    organisation:
      destination === "kustomer" || /^[0-9a-f-]{36}$/.test(organisation.trim()) ? null : "not_an_id",
  }),
  addConnection: async (typed) => {
    if (account.locked) throw locked();
    account.connections = [...account.connections, listed(typed)];
    return null;
  },
  changeConnection: async (name, typed) => {
    account.connections = account.connections.map((known) => (known.name === name ? listed(typed) : known));
    return null;
  },
  removeConnection: async (name) => {
    account.connections = account.connections.filter((known) => known.name !== name);
    return null;
  },
  usualAddress: async (destination, organisation) => {
    if (destination === "zenskar") return URL;
    return organisation.trim() === "" ? null : `https://${organisation.trim()}.api.kustomerapp.com`;
  },
  testConnection: async (task, name) => {
    if (account.locked) throw locked();
    if (account.keyless.has(name)) throw { code: "no_key", message: "No key is kept.", hint: "Enter it." };
    const checks = account.refused.has(name) ? REFUSED : account.warned.has(name) ? WARNED : PASSED;
    for (const check of checks) {
      hearCheck.forEach((hear) => hear({ task, check }));
      await Promise.resolve();
    }
    const connection = account.connections.find((known) => known.name === name) ?? PRACTICE;
    return { connection, passed: checks !== REFUSED, checks };
  },
};

interface Around {
  tell: (event: Progress) => void;
  /** A plan was made with such a connection. */
  environment: (environment: Environment, account: string) => void;
}

export const uploadTwin = ({ tell, environment }: Around): UploadCommands => ({
  uploadState: async () => ({ running: account.running, state: account.running ? null : account.state }),
  lackingAttributes: async () => account.lacking,
  createAttributes: async () => {
    const made = Object.entries(account.lacking).map(([dataset, of]) => [
      dataset,
      of.map(({ field }) => field),
    ]);
    account.lacking = {};
    return Object.fromEntries(made) as Record<string, string[]>;
  },
  makePlan: async (task, name, all) => {
    tell({ task, what: "customers", done: 1204, of: 1204 });
    await Promise.resolve();
    const connection = account.connections.find((known) => known.name === name) ?? PRACTICE;
    account.state = { ...account.state, connection: name };
    environment(connection.environment, name);
    return {
      connection: name,
      environment: connection.environment,
      datasets: all ? COMPARED : (account.planned ?? PLANNED),
    };
  },
  planPage: async ({ dataset, action, find, offset, limit }) => {
    const fitting = (dataset === "customers" ? RECORDS : []).filter(
      (record) =>
        (action === "" || record.action === action) &&
        `${record.key} ${record.name}`.toLowerCase().includes(find.trim().toLowerCase()),
    );
    return { count: fitting.length, records: fitting.slice(offset, offset + limit) };
  },
  firstPlanned: async () => ({ dataset: "customers", records: RECORDS.slice(0, 3) }),
  planRequest: async (_, id) => {
    const record = RECORDS.find((record) => record.id === id);
    return record && (record.action === "create" || record.action === "update") ? requestOf(record) : null;
  },
  planFields: async (_, id) => fieldsOf(RECORDS.find((record) => record.id === id)),
  startUpload: async ({ connection, what }) => {
    const [datasets, run] = [account.state.datasets, 1];
    const summary = { run, datasets: {}, requests: 3, retries: 0, seconds: 1 };
    if (what === "first") {
      const [customers, ...others] = datasets;
      if (customers) account.state.datasets = [{ ...customers, settled: 3 }, ...others];
      account.state.last = { connection, environment: "practice", finished: true, at: AT };
      return summary;
    }
    const progress = { datasets, happenings: [], waiting: null };
    account.running = {
      connection,
      since: new Date().toISOString(),
      paused: false,
      stopping: false,
      progress,
    };
    await new Promise<void>((end) => (account.end = end));
    const ended = account.running.progress.datasets;
    const stopped = account.running.stopping;
    account.running = null;
    account.state = {
      ...account.state,
      datasets: ended,
      last: { connection, environment: "practice", finished: !stopped, at: AT },
    };
    if (stopped) throw { code: "stopped", message: "the upload was stopped", hint: "" };
    return summary;
  },
  firstSent: async () => FIRST,
  pauseUpload: async (paused) => {
    if (account.running) account.running = { ...account.running, paused };
    tellUpload();
  },
  tryUploadNow: async () => {
    if (account.running) account.running.progress = { ...account.running.progress, waiting: null };
    tellUpload();
  },
  cancelUpload: async () => {
    if (account.running) account.running = { ...account.running, stopping: true };
    tellUpload();
    account.end?.();
  },
  exportPlan: async () => "/home/maren/plan_practice.csv",
  exportRejected: async () => "/home/maren/rejected_practice.csv",
  rejected: async () => ({
    count: 1,
    records: [
      {
        at: AT,
        dataset: "customers",
        key: "01107",
        reason: "The e-mail address “ap@calder.example” already belongs to another customer.",
        place: { source: 1, row: 1107 },
      },
    ],
  }),
  closeWindow: async () => null,
});

function tellUpload(): void {
  const { running } = account;
  if (running) hearUpload.forEach((hear) => hear({ upload: running }));
}

function fresh(): Account {
  return {
    connections: [
      PRACTICE,
      connection("Brackwater sandbox", "practice"),
      connection("Brackwater Analytics", "live"),
    ],
    refused: new Set(),
    lacking: {},
    warned: new Set(),
    keyless: new Set(),
    locked: false,
    running: null,
    state: {
      connection: null,
      last: null,
      doubtful: 0,
      datasets: [waits("customers", 1189), waits("usage", 418_113), waits("contracts", 981)],
    },
    planned: null,
    end: null,
  };
}

function connection(name: string, environment: Environment): ListedConnection {
  return { name, destination: "zenskar", url: URL, organisation: ORGANISATION, environment, built_in: false };
}

function listed({ name, destination, url, organisation, environment }: TypedConnection): ListedConnection {
  return { name: name.trim(), destination, url, organisation, environment, built_in: false };
}

function locked(): object {
  return { code: "keychain", message: "The keychain is locked.", hint: "" };
}

function waits(dataset: string, rows: number): DatasetProgress {
  return { dataset, rows, settled: 0, rejected: 0, state: "waits" };
}

const NAMES = ["reached", "key", "organisation", "read", "write", "environment"];
const KEY_REFUSED = "Zenskar does not accept this key. It may have been replaced.";
const REMEDY = "Make a new one in Zenskar under Settings and enter it here.";
const PASSED: Check[] = NAMES.map((name) => ({ name, state: "passed", told: "", remedy: null }));
const WARNED: Check[] = PASSED.map((check) =>
  check.name === "environment"
    ? { ...check, state: "warned", told: "The connection is marked LIVE.", remedy: "Mark it PRACTICE." }
    : check,
);
const REFUSED: Check[] = NAMES.map((name, index) => {
  const state = index === 0 ? "passed" : index === 1 ? "failed" : "waiting";
  return { name, state, told: index === 1 ? KEY_REFUSED : "", remedy: index === 1 ? REMEDY : null };
});

const planned = (create: number, update: number, unchanged: number, skip: number): PlannedDataset => ({
  create,
  update,
  unchanged,
  since: [],
  skip,
  changes: true,
  requests: create + update,
});
const PLANNED = {
  customers: planned(1158, 31, 12, 3),
  usage: { ...planned(418_113, 0, 0, 249), requests: 2091, changes: false },
  contracts: planned(981, 0, 0, 5),
};

/** With a newer file of customers: most are as the first run loaded them. */
export const NEWER = {
  customers: { ...planned(2, 3, 1184, 0), since: [{ run: 1, at: "2026-10-02T09:12:00Z", rows: 1184 }] },
};
const COMPARED = { customers: planned(2, 5, 1182, 0) };

const NAMED = [
  "Ärzte-Labor Wismar GmbH",
  "Tamar Valley Testing",
  "Ostsee Umweltlabor",
  "Aalborg Vandlab ApS",
  "Harrogate Spa Analysis",
  "Fenwick Labs",
];
const RECORDS: PlannedRecord[] = Array.from({ length: 120 }, (_, index): PlannedRecord => {
  const [key, place] = [String(index + 1).padStart(5, "0"), { source: 1, row: index + 1 }];
  const base = {
    id: index + 1,
    key,
    name: NAMED[index % NAMED.length] ?? "",
    rows: 1,
    place,
    run: null,
    differs: [],
  };
  if (index === 0) return { ...base, action: "unchanged", why: { why: "equal" } };
  if (index === 1) {
    const fields = [{ field: "email", sent: "ap@tamar.example", found: "old@tamar.example" }];
    const differs = [{ field: "email", label: "E-mail" }];
    return { ...base, action: "update", why: { why: "differs", fields }, differs };
  }
  if (index === 5) return { ...base, action: "skip", why: { why: "excluded", reason: "older copy" } };
  return { ...base, action: "create", why: { why: "new" } };
});

function fieldsOf(record: PlannedRecord | undefined): RecordFields {
  const [key, name] = [record?.key ?? "", record?.name ?? ""];
  const there = record?.action === "update" || record?.action === "unchanged";
  const field = (
    field: string,
    label: string,
    value: string,
    change: Partial<PlannedField> = {},
  ): PlannedField => ({
    field,
    label,
    kind: "text",
    there: there ? value : null,
    will_be: value,
    row: null,
    fate: there ? "same" : "set",
    ...change,
  });
  const changed = record?.action === "update";
  const fields = [
    field("external_id", "Customer number", key),
    field("customer_name", "Name", name),
    ...(changed
      ? CHANGED.map(({ field: id, label, value, ...change }) => field(id, label, value, change))
      : []),
  ];
  return { key, action: record?.action ?? "", is_there: there, first_of: null, fields };
}

type Changed = Partial<PlannedField> & { field: string; label: string; value: string };
const CHANGED: Changed[] = [
  { field: "email", label: "E-mail", value: "ap@tamar.example", there: "old@tamar.example", fate: "changed" },
  {
    field: "tax_info",
    label: "Tax numbers",
    value: "DE VAT DE1, FR VAT FR1",
    there: "FR VAT FR1",
    fate: "added",
  },
  {
    field: "phone_number",
    label: "Phone",
    value: "+441566550192",
    there: "+441566550192",
    row: "+441566550100",
    fate: "filled",
  },
  { field: "address.line2", label: "Address line 2", value: "", there: null, will_be: null, fate: "empty" },
];

function requestOf(record: PlannedRecord): string {
  const body = { external_id: record.key, customer_name: record.name, communications_enabled: false };
  const head = `POST ${URL}/customers\nx-api-key: ••••••••4f9c\norganisation: ${ORGANISATION}`;
  return `${head}\ncontent-type: application/json\n\n${JSON.stringify(body, null, 2)}`;
}

const FIRST: SentRecord[] = [
  ["00003", "Ostsee Umweltlabor", "rechnung@ostsee.example"],
  ["00217", "Aalborg Vandlab ApS", "faktura@vandlab.example"],
  ["00388", "Harrogate Spa Analysis", "accounts@hsa.example"],
].map(([key = "", name = "", email = ""]): SentRecord => {
  const field = (field: string, label: string, sent: string, kind: FieldKind = "text"): SentField => ({
    field,
    label,
    kind,
    sent,
    found: sent,
    agrees: true,
  });
  const fields = [
    field("external_id", "Customer number", key, "id"),
    field("customer_name", "Name", name),
    field("email", "E-mail", email, "email"),
    field("communications_enabled", "Send messages", "false", "boolean"),
  ];
  const remote_id = `a41c02f0-${key}-07e2`;
  const place = { source: 1, row: Number(key) };
  return { dataset: "customers", key, name, rows: 1, place, remote_id, seen: "agrees", reason: null, fields };
});
