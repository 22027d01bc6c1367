// The part of the twin that tells Review's story: the findings of the sample's contracts, customers and usage. All invented.
import type {
  RowChange,
  CheckedRule,
  Decided,
  Filter,
  Repair,
  ReviewCell,
  ReviewDataset,
  ReviewRow,
  ReviewState,
  Scope,
  Spot,
} from "../../generated/bindings";
import type { Platform } from "./platform";

type Part = Pick<
  Platform,
  | "review"
  | "checkRows"
  | "reviewCount"
  | "reviewRows"
  | "reviewNamed"
  | "reviewRow"
  | "reviewIndex"
  | "nextFinding"
  | "editCells"
  | "fix"
  | "previewFix"
  | "previewChanges"
  | "handFields"
  | "addByHand"
  | "readPasted"
  | "addPasted"
  | "exportFindings"
>;

interface Desk {
  rules: CheckedRule[];
  decided: Decided[];
  reasons: string[];
  edited: Map<string, string>;
  excluded: Map<number, string>;
  holds: boolean;
}

const NUMBERS = [
  "817",
  "822",
  "90",
  "641",
  "217",
  "44",
  "903",
  "77",
  "8",
  "512",
  "512",
  "338",
  "61",
  "705",
  "19",
  "650",
];
const CALLED: Record<string, string> = {
  "817": "Laboratorium Hoorn",
  "822": "Severn Water Quality",
  "90": "Hydrolab Graz",
  "641": "Kernow Water Science Ltd",
  "217": "Aalborg Vandlab ApS",
};
const ROWS = [118, 119, 131, 140, 152, 167, 171, 180, 204, 213, 214, 230, 246, 251, 266, 289];
const STARTS = ["2026-04-01", "2026-04-01", "2026-01-01", "2025-07-01", "2025-07-01", "2025-10-01"];
const AMOUNTS = ["4800.00", "2150.00", "18600.00", "4800.00", "9600.00", "2150.00"];
const CONTRACTS = 986;

let desk = fresh();

/** Everything as at the beginning of the story. */
export function resetReview(change: Partial<Desk> = {}): void {
  desk = { ...fresh(), ...change };
}

export const fakeReview: Part = {
  review: async () => state(),
  checkRows: async () => {
    desk.holds = true;
    return state();
  },
  reviewCount: async (filter) => rowsOf(filter).length,
  reviewRows: async (filter, after, skip, limit) => {
    const rows = rowsOf(filter);
    const first = after ? rows.findIndex((row) => row > after.row) : 0;
    return first < 0 ? [] : rows.slice(first + skip, first + skip + limit).map(row);
  },
  reviewNamed: async (_, spots) => spots.map((spot) => row(spot.row)),
  reviewRow: async (spot) => {
    const [index, from] = [ROWS.indexOf(spot.row), number(spot.row)];
    const isWrong = index >= 0 && !desk.edited.has(key(spot, "customer_id"));
    return {
      spot,
      file: "contracts_2026.xlsx",
      sheet: "Contracts",
      line: spot.row + 4,
      identity: contract(spot.row),
      excluded: desk.excluded.get(spot.row) ?? null,
      findings: isWrong
        ? [
            {
              field: "customer_id",
              rule: "reference",
              severity: "error",
              value: from,
              message: `There is no customer “${from}”, but there is a “${from.padStart(5, "0")}”. A spreadsheet may have dropped the zeros.`,
              suggestion: from.padStart(5, "0"),
              kept: false,
            },
          ]
        : [],
      history: [],
    };
  },
  reviewIndex: async (filter, spot) => {
    const at = rowsOf(filter).indexOf(spot.row);
    return at < 0 ? null : at;
  },
  nextFinding: async (filter, spot, backwards) => {
    const [rule] = desk.rules;
    if (!rule) return null;
    const rows = ROWS.filter((row) => !desk.edited.has(key({ source: 3, row }, "customer_id")));
    const at = spot ? rows.indexOf(spot.row) : -1;
    const index = (at + (backwards ? rows.length - 1 : 1)) % rows.length;
    const first: Filter = filter ?? {
      dataset: rule.dataset,
      show: { kind: "rule", rule: rule.rule, field: rule.field, severity: rule.severity },
    };
    return { filter: first, spot: { source: 3, row: rows[index] ?? 1 }, index };
  },
  editCells: async (cells) => {
    for (const cell of cells) desk.edited.set(key(cell.spot, cell.field), cell.text);
    return { rows: cells.length, label: "Changed 1 cell", left: 0, seconds: 0 };
  },
  fix: async (scope, repair) => {
    const rule = desk.rules.find((rule) => rule.rule === scope.rule && rule.dataset === scope.dataset);
    const all = rule?.count ?? 0;
    const rows = scope.spots.length > 0 ? scope.spots.length : all - scope.except.length;
    if (rule) settle(rule, rows, repair);
    return { rows, label: "Repaired", left: 0, seconds: 0 };
  },
  previewFix: async (scope) => {
    const rows =
      desk.rules.find((rule) => rule.rule === scope.rule && rule.dataset === scope.dataset)?.count ?? 3;
    return { rows, right: rows, wrong: [], left: 0, zeros_to: scope.rule === "reference" ? 5 : null };
  },
  previewChanges: async (scope, _, after, limit) => changes(scope, after, limit),
  handFields: async () => [
    hand("external_id", "Customer number", true),
    hand("customer_name", "Name", true),
    hand("email", "E-mail", false),
  ],
  addByHand: async (_, rows) => rows.length,
  readPasted: async (_, text) => {
    const rows = text
      .trim()
      .split("\n")
      .map((line) => line.split("\t"));
    const header = rows[0]?.includes("Customer number") ?? false;
    const data = header ? rows.slice(1) : rows;
    const fields = ["external_id", "customer_name", "email"];
    const columns = (rows[0] ?? []).map((title, at) => ({
      title: header ? title : "",
      field: fields[at] ?? null,
    }));
    return { header, columns, shown: data, rows: data.length };
  },
  addPasted: async (_, text, header) => text.trim().split("\n").length - (header ? 1 : 0),
  exportFindings: async () => 342,
};

function fresh(): Desk {
  return {
    rules: [
      rule("contracts", "reference", "customer_id", "error", 48),
      rule("usage", "reference", "customer_id", "error", 37),
      rule("customers", "format", "email", "error", 11),
      rule("contracts", "order", "end_date", "error", 9),
      rule("customers", "unique", "external_id", "error", 6),
      rule("usage", "unique", "data.event_id", "warning", 212),
      rule("customers", "near_duplicate", "customer_name", "warning", 14),
      rule("contracts", "overlap", "start_date", "warning", 5),
    ],
    decided: [],
    reasons: ["Export overlap on 31 May"],
    edited: new Map(),
    excluded: new Map(),
    holds: true,
  };
}

function state(): ReviewState {
  return {
    holds: desk.holds,
    checked_at: "2026-10-12T12:11:00Z",
    datasets: [
      dataset("contracts", CONTRACTS, 3, [
        ["contract_id", "Contract", "id"],
        ["customer_id", "Customer number", "id"],
        ["start_date", "Start", "date"],
        ["currency", "Cur", "currency"],
        ["unit_amount", "A year", "decimal"],
      ]),
      dataset("customers", 1_204, 1, [
        ["external_id", "Customer number", "id"],
        ["customer_name", "Name", "text"],
        ["email", "E-mail", "email"],
      ]),
      dataset("usage", 418_362, 2, [
        ["data.event_id", "Event", "id"],
        ["customer_id", "Customer number", "id"],
      ]),
    ],
    rules: desk.rules,
    decided: desk.decided,
    reasons: desk.reasons,
  };
}

function dataset(
  id: string,
  rows: number,
  source: number,
  columns: [string, string, ReviewDataset["columns"][number]["kind"]][],
): ReviewDataset {
  return {
    id,
    rows,
    checked: { rows, ready: rows, with_errors: 0, with_warnings: 0, excluded: 0 },
    columns: columns.map(([field, title, kind], at) => ({
      field,
      title,
      beside: null,
      kind,
      editable: true,
      identity: at === 0,
    })),
    files: [{ source, file: `${id}.csv`, sheet: null, rows, by_hand: false }],
  };
}

function rule(
  dataset: string,
  rule: CheckedRule["rule"],
  field: string,
  severity: CheckedRule["severity"],
  count: number,
): CheckedRule {
  const example = {
    row: 118,
    line: 122,
    value: "817",
    message: "There is no customer “817”, but there is a “00817”. A spreadsheet may have dropped the zeros.",
    suggestion: "00817",
  };
  return { dataset, rule, field, label: field, severity, count, example };
}

function settle(rule: CheckedRule, rows: number, repair: Repair): void {
  rule.count -= rows;
  desk.rules = desk.rules.filter((other) => other.count > 0);
  const reason = "reason" in repair ? repair.reason : null;
  if (reason) desk.reasons = [reason, ...desk.reasons];
  desk.decided.push({
    dataset: rule.dataset,
    rule: rule.rule,
    field: rule.field,
    corrected: repair.kind === "suggested" || repair.kind === "find" ? rows : 0,
    kept: repair.kind === "keep" ? rows : 0,
    excluded: repair.kind === "exclude" ? rows : 0,
    reason,
    who: "Maren Okafor",
    open: rule.count,
  });
}

function changes(scope: Scope, after: Spot | null, limit: number): RowChange[] {
  return ROWS.filter((row) => row > (after?.row ?? 0))
    .slice(0, limit)
    .map((row) => ({
      spot: { source: 3, row },
      field: scope.field ?? "",
      identity: contract(row),
      from: number(row),
      to: number(row).padStart(5, "0"),
      who: CALLED[number(row)] ?? null,
    }));
}

function rowsOf(filter: Filter): number[] {
  if (filter.show.kind === "rule") return filter.dataset === "contracts" ? ROWS : ROWS.slice(0, 5);
  if (filter.show.kind === "excluded") return [...desk.excluded.keys()];
  if (filter.show.kind === "edited")
    return ROWS.filter((row) => desk.edited.has(key({ source: 3, row }, "customer_id")));
  return Array.from({ length: CONTRACTS }, (_, index) => index + 1);
}

function row(row: number): ReviewRow {
  const spot = { source: 3, row };
  const at = Math.max(0, ROWS.indexOf(row)) % STARTS.length;
  const new_ = desk.edited.get(key(spot, "customer_id"));
  const customer: ReviewCell = {
    text: new_ ?? number(row),
    was: new_ === undefined ? null : number(row),
    mark: new_ === undefined && ROWS.includes(row) ? "error" : null,
  };
  const plain = (text: string): ReviewCell => ({ text, was: null, mark: null });
  const cells = [
    plain(contract(row)),
    customer,
    plain(STARTS[at] ?? ""),
    plain("EUR"),
    plain(AMOUNTS[at] ?? ""),
  ];
  return { spot, line: row + 4, excluded: desk.excluded.get(row) ?? null, cells };
}

function number(row: number): string {
  return NUMBERS[ROWS.indexOf(row)] ?? String(row).padStart(5, "0");
}

function contract(row: number): string {
  return `C-2025-${String(row).padStart(4, "0")}`;
}

function key(spot: Spot, field: string): string {
  return `${spot.source} ${spot.row} ${field}`;
}

function hand(
  field: string,
  label: string,
  required: boolean,
): Awaited<ReturnType<Part["handFields"]>>[number] {
  return { field, label, help: "", kind: "text", required, usual: true, allowed: [], preset: null };
}
