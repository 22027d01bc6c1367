// The twin's part for the history of runs: two uploads of the story, a call each, and a run that can be taken back.
import type { CallLine, RunLine, RunRecordLine, TakenBack, TakenGroup } from "../../generated/bindings";
import type { Platform } from "./platform";

const AT = "2026-10-12T14:27:00Z";
const NONE = { created: 0, updated: 0, unchanged: 0, refused: 0, doubtful: 0, taken_back: 0, stays: 0 };

const base = {
  who: "Maren Okafor",
  destination: "zenskar",
  connection: "Practice",
  environment: "practice",
  started_at: AT,
  finished_at: AT,
  state: "finished",
  takes_back: null,
  taken_back_by: [],
};
const FIRST: RunLine = {
  ...base,
  number: 1,
  mode: "first",
  counts: { ...NONE, created: 3 },
  datasets: [{ dataset: "customers", status: "created", records: 3, rows: 3 }],
};
const REST: RunLine = {
  ...base,
  number: 2,
  mode: "everything",
  counts: { ...NONE, created: 418_115, refused: 1 },
  datasets: [
    { dataset: "customers", status: "created", records: 2, rows: 2 },
    { dataset: "customers", status: "refused", records: 1, rows: 1 },
    { dataset: "usage", status: "created", records: 837, rows: 418_113 },
  ],
};
const RECORDS: RunRecordLine[] = [
  record(1, "00003", "created", null),
  record(2, "00217", "created", null),
  record(
    3,
    "01107",
    "refused",
    "The e-mail address “ap@calder.example” already belongs to another customer.",
  ),
];
const GROUPS: TakenGroup[] = [
  {
    dataset: "usage",
    what: "stays",
    reason: "Usage events cannot be deleted in Zenskar. They can only be corrected by further events.",
    records: 837,
    rows: 418_113,
    keys: [],
  },
  { dataset: "customers", what: "deleted", reason: "", records: 1, rows: 1, keys: ["00003"] },
  {
    dataset: "customers",
    what: "stays",
    reason: "It was changed in Zenskar since (“customer_name”).",
    records: 1,
    rows: 1,
    keys: ["00217"],
  },
];

interface Stage {
  runs: RunLine[];
}
const stage: Stage = { runs: [] };

/** For tests: which runs there were. */
export const historyStage = {
  reset: (): void => void (stage.runs = []),
  uploaded: (change: Partial<RunLine> = {}): void => void (stage.runs = [{ ...REST, ...change }, FIRST]),
};

type Commands = Pick<Platform, "runs" | "runPage" | "runRecord" | "planTakeBack" | "takeBack">;

export const fakeHistory: Commands = {
  runs: async () => stage.runs,
  runPage: async ({ run, find, status, dataset, offset, limit }) => {
    const known = stage.runs.find((one) => one.number === run) ?? REST;
    const fitting = RECORDS.filter(
      (one) =>
        (status === "" || one.status === status) &&
        (dataset === "" || one.dataset === dataset) &&
        one.key.includes(find),
    );
    return { run: known, count: fitting.length, records: fitting.slice(offset, offset + limit) };
  },
  runRecord: async (run, id) => {
    const found = RECORDS.find((one) => one.id === id);
    if (!found) throw { code: "not_found", message: `run ${String(run)} has no such record`, hint: "" };
    return { record: found, calls: [call(found)] };
  },
  planTakeBack: async (_, run) => taken(run, null),
  takeBack: async (_, run) => {
    const taker = { ...base, number: 3, mode: "take_back", takes_back: run, counts: NONE, datasets: [] };
    stage.runs = [
      taker,
      ...stage.runs.map((one) => (one.number === run ? { ...one, taken_back_by: [3] } : one)),
    ];
    return taken(run, 3);
  },
};

function taken(takes_back: number, run: number | null): TakenBack {
  const { connection, environment } = base;
  return {
    run,
    takes_back,
    connection,
    environment,
    deleted: 1,
    gone: 0,
    stays: 838,
    doubtful: 0,
    groups: GROUPS,
  };
}

function record(id: number, key: string, status: string, reason: string | null): RunRecordLine {
  const place = { source: 1, row: Number(key) };
  const remote_id = status === "created" ? `a41c02f0-${key}-07e2` : null;
  return { id, dataset: "customers", key, status, rows: 1, place, remote_id, reason, at: AT, attempts: 1 };
}

function call({ key, status, remote_id }: RunRecordLine): CallLine {
  return {
    run: 2,
    at: AT,
    milliseconds: 84,
    method: "POST",
    path: "/customers",
    status: status === "created" ? 200 : 400,
    problem: null,
    request: `{"external_id":"${key}","communications_enabled":false,"credit_limit":12.50}`,
    answer: status === "created" ? `{"id":"${remote_id ?? ""}"}` : '{"detail":"email exists"}',
  };
}
