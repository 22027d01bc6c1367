// The twin's part for Tie out, Report and the audit trail: the story's figures, and what its people do with them.
import type {
  Apart,
  ApartRow,
  Entry,
  Expected,
  Explanation,
  ReportLine,
  SignOff,
  TotalLine,
  Totals,
  WrittenFile,
} from "../../generated/bindings";
import { isZero, minus, sum } from "../decimal";
import type { Platform } from "./platform";

const MONTHS = Array.from({ length: 9 }, (_, index) => `2026-0${String(index + 1)}`);
const USAGE: Record<string, string> = {
  EUR: "378214.35 361902.80 394550.12 401377.64 412906.18 420118.95 398740.27 387661.09 431025.50",
  GBP: "182409.10 177552.64 189904.31 193120.75 198776.12 201650.48 194027.33 188119.06 205483.90",
  USD: "94120.55 90886.40 97312.12 99645.77 102203.98 104516.20 102880.45 99417.30 105911.18",
};
const CONTRACTS: Record<string, string> = { EUR: "6412880.00", GBP: "2987455.50", USD: "1645210.00" };
const ROWS: Record<string, number> = { customers: 1204, usage: 418_362, contracts: 986 };
const TWICE = { rows: 212, amount: "4318.60", month: "2026-05", currency: "EUR" };
const AT = "2026-10-12T14:10:12Z";

interface State {
  expected: Expected;
  explanations: Explanation[];
  decision: Totals["decision"];
  attached: Totals["attached"];
  excluded: boolean;
  uploaded: boolean;
  signOff: SignOff;
  files: WrittenFile[];
  trail: Entry[];
}

const state: State = fresh();

/** For tests and for looking at screens. */
export const tieOutStage = {
  reset(change: Partial<State> = {}): void {
    Object.assign(state, fresh(), change);
  },
  /** The figures of the old report as the story types them. */
  typed: (): Expected => ({
    report: "Revenue by month, 30 Sep 2026",
    figures: lines().flatMap(({ dataset, currency, month }) => {
      const amount = printed(dataset, currency, month);
      return amount === null ? [] : [{ dataset, currency, month, amount }];
    }),
  }),
};

type Part = Pick<
  Platform,
  | "totals"
  | "expectedTotals"
  | "setExpectedTotals"
  | "readExpectedTotals"
  | "attachReport"
  | "explainDifference"
  | "withdrawExplanation"
  | "takeApart"
  | "apartRows"
  | "excludeRepeated"
  | "goOnOpen"
  | "findingsByRule"
  | "reportLines"
  | "readBack"
  | "writeReport"
  | "writtenFiles"
  | "revealFile"
  | "signOff"
  | "signReport"
  | "trailPage"
  | "exportTrail"
>;

export const fakeTieOut: Part = {
  totals: async () => totals(),
  expectedTotals: async () => state.expected,
  setExpectedTotals: async (expected) => {
    state.expected = expected;
    note("Tie out", `Typed in ${String(expected.figures.length)} control totals`, expected.report);
    return null;
  },
  attachReport: async () =>
    (state.attached = {
      path: "/home/maren/revenue.pdf",
      name: "revenue.pdf",
      bytes: 48_210,
      sha256: "9f2c41d07be855a1",
    }),
  readExpectedTotals: async () => {
    state.expected = tieOutStage.typed();
    return state.expected.figures.length;
  },
  explainDifference: async (wanted) => {
    const id = state.explanations.length + 1;
    state.explanations = [...state.explanations, { ...wanted, id, who: "Maren Okafor", at: AT }];
    note(
      "Tie out",
      `Explained ${wanted.amount} of ${wanted.dataset}, ${wanted.currency}, ${wanted.month}`,
      wanted.reason,
    );
    return null;
  },
  withdrawExplanation: async (id) => {
    state.explanations = state.explanations.filter((said) => said.id !== id);
    return null;
  },
  takeApart: async (_, total) => apart(total.currency, total.month),
  apartRows: async ({ offset, limit }) => ({
    total: TWICE.rows,
    rows: Array.from({ length: Math.min(limit, TWICE.rows - offset) }, (_, index) => row(offset + index)),
  }),
  excludeRepeated: async (_, reason) => {
    state.excluded = true;
    note("Tie out", "Excluded 212 repeated rows of usage, EUR, 2026-05", reason);
    return TWICE.rows;
  },
  goOnOpen: async (reason) => {
    state.decision = { reason, who: "Maren Okafor", at: AT };
    return null;
  },
  findingsByRule: async () => [
    rule(
      "contracts",
      "customer_id",
      "reference",
      "error",
      48,
      "There is no customer “4711”. Correct the number, add the customer, or exclude the row.",
    ),
    rule(
      "usage",
      "customer_id",
      "reference",
      "error",
      37,
      "There is no customer “9001”. Correct the number, add the customer, or exclude the row.",
    ),
    rule(
      "usage",
      "data.event_id",
      "unique",
      "warning",
      212,
      "This row repeats line 226692 in every column. Exclude the copy, or it is loaded twice.",
    ),
  ],
  reportLines: async () => reportLines(),
  readBack: async () => {
    const seen = (rows: number) => ({ rows, agree: rows, differ: 0, missing: 0, unknown: 0, told: [] });
    return state.uploaded ? { customers: seen(1199), usage: seen(418_113), contracts: seen(977) } : null;
  },
  writeReport: async () => {
    const file = (name: string, bytes: number) => ({ path: `/home/maren/report/${name}`, name, bytes });
    state.files = [
      file("customers_loaded_1.csv", 210_400),
      file("customers_rejected_1.csv", 2048),
      file("usage_excluded_2.csv", 31_000),
      file("tie-out.xlsx", 48_000),
      file("audit_trail.csv", 12_300),
      file("source_fingerprints.csv", 480),
      file("evidence_practice.zip", 14_200_000),
    ];
    return state.files;
  },
  writtenFiles: async () => state.files,
  revealFile: async () => null,
  signOff: async () => state.signOff,
  signReport: async (_, role, name, remark) => {
    const seal = "9f2c41d07be855a1e03d8c17";
    const signature = { role, name, remark, at: AT, seal };
    state.signOff = { signatures: [...state.signOff.signatures, signature], outdated_by: null };
    note("Report", `${name} signed as ${role}`, remark);
    return state.signOff;
  },
  trailPage: async ({ texts, step, who, since, until, offset, limit }) => {
    const found = [...state.trail]
      .reverse()
      .filter(
        (entry) =>
          (texts.length === 0 || texts.some((text) => holds(`${entry.what} ${entry.detail}`, text))) &&
          (!step || entry.step === step) &&
          (!who || entry.who === who) &&
          (!since || entry.at >= since) &&
          (!until || entry.at < until),
      );
    return {
      broken_at: null,
      all: state.trail.length,
      found: found.length,
      entries: found.slice(offset, offset + limit),
      people: [...new Set(state.trail.map((entry) => entry.who))],
      steps: [...new Set(state.trail.map((entry) => entry.step))],
    };
  },
  exportTrail: async () => "/home/maren/audit_trail.csv",
};

function holds(all: string, text: string): boolean {
  return all.toLowerCase().includes(text.toLowerCase());
}

function fresh(): State {
  return {
    expected: { report: "", figures: [] },
    explanations: [],
    decision: null,
    attached: null,
    excluded: false,
    uploaded: false,
    signOff: { signatures: [], outdated_by: null },
    files: [],
    trail: [
      entry(1, "Files", "Read customers_export_2026-09-30.csv", "1204 rows, customers"),
      entry(2, "Match", "Chose dd/MM/yyyy for start_date", "contracts"),
      entry(3, "Review", "Excluded 37 rows", "test accounts of the old system"),
    ],
  };
}

type Key = Pick<TotalLine, "dataset" | "currency" | "month">;

function lines(): Key[] {
  const usage = Object.keys(USAGE).flatMap((currency) =>
    ["", ...MONTHS].map((month) => ({ dataset: "usage", currency, month })),
  );
  const contracts = Object.keys(CONTRACTS).map((currency) => ({ dataset: "contracts", currency, month: "" }));
  const rows = Object.keys(ROWS).map((dataset) => ({ dataset, currency: "", month: "" }));
  return [...rows, ...contracts, ...usage];
}

function printed(dataset: string, currency: string, month: string): string | null {
  if (currency === "") return String(ROWS[dataset] ?? 0);
  if (dataset === "contracts") return CONTRACTS[currency] ?? null;
  const months = USAGE[currency]?.split(" ") ?? [];
  return month === "" ? sum(months) : (months[MONTHS.indexOf(month)] ?? null);
}

function isTwice({ dataset, currency, month }: Key): boolean {
  return dataset === "usage" && currency === TWICE.currency && (month === TWICE.month || month === "");
}

function totals(): Totals {
  const shown = lines().map((key): TotalLine => {
    const should = printed(key.dataset, key.currency, key.month) ?? "0";
    const read = isTwice(key) ? sum([should, TWICE.amount]) : should;
    const figure = state.expected.figures.find(
      (one) => one.dataset === key.dataset && one.currency === key.currency && one.month === key.month,
    );
    if (!figure) return { ...key, read, expected: null, difference: null, explained: null, open: null };
    const difference = minus(read, figure.amount);
    const said = state.explanations
      .filter(
        (one) =>
          one.dataset === key.dataset &&
          one.currency === key.currency &&
          (one.month === key.month || key.month === ""),
      )
      .map((one) => one.amount);
    const byEdits = state.excluded && isTwice(key) ? [TWICE.amount] : [];
    const explained = isZero(difference) ? "0" : sum([...said, ...byEdits]);
    return {
      ...key,
      read,
      expected: figure.amount,
      difference,
      explained,
      open: minus(difference, explained),
    };
  });
  return {
    agrees: shown.every((line) => line.difference === null || isZero(line.difference)),
    closed:
      shown.every((line) => line.open === null || isZero(line.open)) && state.expected.figures.length > 0,
    totals: shown,
    explanations: state.explanations,
    left_out: state.excluded
      ? ["", TWICE.month].map((month) => ({
          ...{ dataset: "usage", currency: TWICE.currency, month, rows: TWICE.rows, amount: TWICE.amount },
          ...{ reason: "Export overlap on 31 May", who: "Maren Okafor", at: AT, can_undo: true },
        }))
      : [],
    decision: state.decision,
    attached: state.attached,
  };
}

function apart(currency: string, month: string): Apart {
  const should = printed("usage", currency, month) ?? "0";
  const file = "usage_jan-sep_2026.csv";
  const twice = {
    cause: "repeated" as const,
    rows: TWICE.rows,
    amount: TWICE.amount,
    file,
    first_line: 226_904,
    last_line: 227_115,
    customers: [
      { customer: "00217", name: "Aalborg Vandlab ApS", rows: 96, amount: "1958.40" },
      { customer: "00342", name: "Kernow Water Science Ltd", rows: 71, amount: "1505.20" },
      { customer: "00518", name: null, rows: 45, amount: "855.00" },
    ],
    more_customers: 0,
  };
  const rest = {
    cause: "as_read" as const,
    rows: 48_098,
    amount: should,
    file,
    first_line: 180_002,
    last_line: 227_116,
    customers: [{ customer: "00101", name: null, rows: 512, amount: "8120.10" }],
    more_customers: 1_021,
  };
  const differs = currency === TWICE.currency && (month === TWICE.month || month === "");
  const parts = differs ? [twice, rest] : [rest];
  return {
    rows: parts.reduce((count, part) => count + part.rows, 0),
    amount: sum(parts.map((part) => part.amount)),
    parts,
  };
}

function row(index: number): ApartRow {
  return {
    file: "usage_jan-sep_2026.csv",
    row: 226_900 + index,
    line: 226_904 + index,
    customer: ["00217", "00342", "00518"][index % 3] ?? "",
    amount: "20.40",
    why: `This row repeats line ${String(226_692 + index)} in every column. Exclude the copy, or it is loaded twice.`,
  };
}

function rule(
  dataset: string,
  field: string,
  name: "reference" | "unique",
  severity: "error" | "warning",
  count: number,
  message: string,
): Awaited<ReturnType<Platform["findingsByRule"]>>[number] {
  const example = { row: 1, line: 2, value: "4711", message, suggestion: null };
  return { dataset, rule: name, field, label: field, severity, count, example };
}

function reportLines(): ReportLine[] {
  const money = (currency: string, extracted: string, rejected: string, excluded: string) => {
    const loaded = state.uploaded ? minus(minus(extracted, rejected), excluded) : "0.00";
    const all = state.uploaded ? { rejected, excluded } : { rejected: "0.00", excluded: "0.00" };
    const difference = minus(minus(minus(extracted, loaded), all.rejected), all.excluded);
    return { currency, extracted, loaded, ...all, taken_back: "0.00", difference, corrected: "0.00" };
  };
  const line = (dataset: string, extracted: number, rejected: number, excluded: number) => {
    const [refused, left] = state.uploaded ? [rejected, excluded] : [0, 0];
    const loaded = state.uploaded ? extracted - rejected - excluded : 0;
    const difference = extracted - loaded - refused - left;
    return {
      dataset,
      extracted,
      loaded,
      rejected: refused,
      excluded: left,
      difference,
      stopped: 0,
      doubtful: 0,
      taken_back: 0,
    };
  };
  return [
    { ...line("customers", 1204, 2, 3), money: [] },
    {
      ...line("usage", 418_362, 0, 249),
      money: [
        money("EUR", "3590815.50", "0.00", "4318.60"),
        money("GBP", "1731043.69", "0.00", "0.00"),
        money("USD", "896893.95", "0.00", "0.00"),
      ],
    },
    {
      ...line("contracts", 986, 4, 5),
      money: [
        money("EUR", "6412880.00", "0.00", "14400.00"),
        money("GBP", "2987455.50", "0.00", "9850.00"),
        money("USD", "1645210.00", "22560.00", "0.00"),
      ],
    },
  ];
}

function entry(number: number, step: string, what: string, detail: string): Entry {
  return {
    number,
    at: AT,
    who: "Maren Okafor",
    step,
    what,
    detail,
    seal: `${String(number)}f2c41d07be855a1`,
  };
}

function note(step: string, what: string, detail: string): void {
  state.trail = [...state.trail, entry(state.trail.length + 1, step, what, detail)];
}
