// The twin's part of Match: the customers, usage and contracts of the sample's story with their mappings. It keeps the
// promises of the commands on a handful of rows; it runs no step but trimming and replacing.
import type {
  ColumnCard,
  FieldKind,
  FieldMapping,
  FieldRow,
  FieldValues,
  MappingChange,
  MatchedFields,
  PreviewRow,
  Proposal,
  Step,
  Table,
} from "../../generated/bindings";
import type { Platform } from "./platform";

type Commands = Pick<
  Platform,
  | "changeMapping"
  | "fieldValues"
  | "loadTemplate"
  | "matchedDatasets"
  | "matchedFields"
  | "previewField"
  | "proposeLookup"
  | "saveTemplate"
  | "setFill"
  | "setList"
  | "setSync"
  | "undoMapping"
>;

const ROWS = 1_204;
/** Numbers of the first sources, by which files that are matched together are named. */
const [CUSTOMERS, USAGE, CONTRACTS] = [1, 2, 3] as const;
/** Column → a few of its values. */
const SAMPLES: Record<string, string[]> = {
  "Account No": ["00001", "00217", "00610"],
  Company: ["Tamar Valley Testing", "Laboratorium Hoorn"],
  "E-mail": ["AP@tamartesting.example", "info@hoorn.example"],
  Tel: ["01566 55 0192", "+31 229 550 118"],
  Country: ["United Kingdom", "Netherlands"],
  "VAT no": ["DE 811 907 980", "GB 238 1190 44"],
  "Invoice rhythm": ["qtrly", "monthly", "half-yr", "on call"],
  "Customer since": ["03/04/2019", "11/02/2019", "01/12/2023"],
  "Sales rep": ["M. Bright", "J. Adeyemi"],
  "Old ref": ["K-0017", "K-0018"],
  Fax: ["01566 55 0193"],
  "Credit note": ["none"],
  Region: ["South West"],
};
/** A file that is only looked in: the customers' towns. */
const TOWNS: Table = { file: "towns.csv", sheet: null, headings: ["Customer", "Town", "Postcode"] };
const TOWN_OF: Record<string, string> = { "00001": "Launceston", "00217": "Hoorn" };
const WORDS: [string, number, string | null][] = [
  ["monthly", 731, "P1M"],
  ["qtrly", 298, "P3M"],
  ["yearly", 71, "P1Y"],
  ["quarterly", 57, "P3M"],
  ["half-yr", 44, null],
  ["on call", 3, null],
];

interface Desk {
  customers: MatchedFields;
  before: MatchedFields[];
}

let desk: Desk = fresh();

/** For tests: the story from its beginning. */
export function resetMatching(): void {
  desk = fresh();
}

export const fakeMatching: Commands = {
  matchedDatasets: async () => {
    const { fields } = desk.customers;
    const open = {
      questions: fields.filter((field) => field.question).length,
      unmatched: fields
        .filter((field) => field.required && !field.mapping.columns?.length && !field.mapping.constant)
        .map(({ label }) => label),
    };
    return [desk.customers, other(USAGE), other(CONTRACTS)].map((view) => ({
      dataset: view.dataset,
      groups: [
        {
          group: view.group,
          files: view.files,
          columns: view.columns.length,
          rows: view.rows,
          ...(view.group === CUSTOMERS ? open : { questions: 0, unmatched: [] }),
        },
      ],
    }));
  },
  matchedFields: async (group) => structuredClone(group === CUSTOMERS ? desk.customers : other(group)),
  previewField: async (_, field) => {
    const bad = field.steps?.find((step) => step.step === "extract" && step.pattern.endsWith("("));
    if (bad) throw { code: "mapping", message: "the pattern “(” cannot be used", hint: "" };
    return {
      rows: seen(field),
      tried: ROWS,
      failing: field.field === "custom_data.cadence" ? 47 : 0,
      empty: 0,
      complete: true,
      changes: (field.steps ?? []).map((_, index) => (index === 0 ? 17 : 1_157)),
      found: field.lookups?.length ? { found: ROWS - 4, of: ROWS } : null,
    };
  },
  proposeLookup: async (_group, _field, _after, table) => (table.file === TOWNS.file ? townProposal() : null),
  fieldValues: async (_task, _group, field) => values(field),
  changeMapping: async (_, changes) => {
    desk.before.push(structuredClone(desk.customers));
    const kept = changes.flatMap((change) => make(desk.customers, change));
    desk.customers.undo = "The last change";
    return { steps_kept: kept };
  },
  undoMapping: async () => {
    const before = desk.before.pop();
    if (before) desk.customers = before;
    return before ? "The last change" : null;
  },
  setFill: async (_, field, fill) => {
    desk.before.push(structuredClone(desk.customers));
    const others = desk.customers.sync.fill.filter((other) => other !== field);
    desk.customers.sync.fill = fill ? [...others, field] : others;
    desk.customers.undo = "The last change";
    return null;
  },
  setList: async (_, list, replace) => {
    desk.before.push(structuredClone(desk.customers));
    const others = desk.customers.sync.replace.filter((other) => other !== list);
    desk.customers.sync.replace = replace ? [...others, list] : others;
    desk.customers.undo = "The last change";
    return null;
  },
  setSync: async (dataset, key, behaviour) => {
    if (dataset !== "customers") return null;
    desk.before.push(structuredClone(desk.customers));
    const { sync } = desk.customers;
    desk.customers.sync = { ...sync, key: key ?? sync.key, behaviour: behaviour ?? sync.behaviour };
    desk.customers.undo = "The last change";
    return null;
  },
  saveTemplate: async (_group, dataset) => `${dataset}.json`,
  loadTemplate: async () => ["Cust. group"],
};

function make(view: MatchedFields, change: MappingChange): string[] {
  if (change.change === "keep" || change.change === "ignore") {
    const column = view.columns.find(({ name }) => name === change.column);
    if (column) column.kept_as = change.change === "keep" ? `custom_data.${slug(column.name)}` : null;
    return [];
  }
  if (change.change === "meters") {
    view.meters = change.meters;
    return [];
  }
  const field = view.fields.find(({ mapping }) => mapping.field === change.field);
  if (!field) return [];
  const before = field.mapping.columns?.length ?? 0;
  answer(field, change);
  for (const column of view.columns)
    column.used_by = view.fields
      .filter(({ mapping }) => mapping.columns?.includes(column.name))
      .map(({ mapping }) => mapping.field);
  return change.change === "columns" && before > 0 && change.columns.length > 0 ? [field.label] : [];
}

function answer(field: FieldRow, change: MappingChange): void {
  const { mapping } = field;
  Object.assign(mapping, { confidence: "user", why: "Set by you" });
  if (change.change === "columns") {
    Object.assign(mapping, { columns: change.columns, constant: null });
    if (change.columns.length === 0) Object.assign(mapping, { confidence: "none", why: "" });
    mapping.lookups = [];
    field.sample = sample(change.columns);
    field.question = null;
  } else if (change.change === "look_up") {
    Object.assign(mapping, { columns: change.columns, lookups: change.lookups, constant: null });
    field.sample = seen(mapping)[0] ?? null;
    field.proposal = null;
  } else if (change.change === "constant") {
    Object.assign(mapping, { columns: [], constant: change.value });
    field.question = null;
  } else if (change.change === "steps") mapping.steps = change.steps;
  else if (change.change === "word") {
    setWord(mapping, change.from, change.to);
    if (values(mapping).values.every((value) => value.fault === null)) field.question = null;
    else Object.assign(mapping, { confidence: "question", why: "6 words, 1 not known" });
  } else field.question = null;
}

function setWord(mapping: FieldMapping, from: string, to: string): void {
  const map = mapping.steps?.find((step) => step.step === "value_map");
  if (map) map.values = { ...map.values, [from]: to };
  else
    mapping.steps = [
      ...(mapping.steps ?? []),
      { step: "value_map", values: { [from]: to }, otherwise: "keep" },
    ];
}

function words(field: FieldMapping): Record<string, string | undefined> {
  const map = field.steps?.find((step) => step.step === "value_map");
  return map?.values ?? {};
}

function values(field: FieldMapping): FieldValues {
  const set = words(field);
  return {
    values: WORDS.map(([value, rows, known]) => {
      const after = set[value] ?? known;
      const fault = after === null ? `“${value}” is no billing period.` : null;
      return { value, rows, after, fault, is_set: value in set };
    }),
    other_rows: 0,
    empty_rows: 0,
    rows: ROWS,
  };
}

function seen(field: FieldMapping): PreviewRow[] {
  const upper = field.steps?.some((step) => step.step === "case" && step.to === "upper");
  return (SAMPLES[field.columns?.[0] ?? ""] ?? []).map((before, index) => {
    const found = field.lookups?.length ? (TOWN_OF[before] ?? null) : null;
    const value = field.lookups?.length ? found : before;
    const after = upper ? (value?.toUpperCase() ?? null) : value;
    return { row: index + 1, before, found, after, fault: null, severity: null, edited: false };
  });
}

function sample(columns: readonly string[], after?: string): PreviewRow | null {
  const before = SAMPLES[columns[0] ?? ""]?.[0];
  if (before === undefined) return null;
  return { row: 1, before, found: null, after: after ?? before, fault: null, severity: null, edited: false };
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(" ", "_");
}

interface Told {
  id: string;
  label: string;
  kind?: FieldKind;
  column?: string;
  constant?: string;
  confidence?: FieldMapping["confidence"];
  why?: string;
  after?: string;
  required?: boolean;
  steps?: Step[];
  question?: FieldRow["question"];
}

function field(told: Told): FieldRow {
  const { id, label, kind = "text", column, constant, confidence = "none", why = "" } = told;
  const columns = column ? [column] : [];
  return {
    mapping: {
      field: id,
      columns,
      constant: constant ?? null,
      steps: told.steps ?? [{ step: "trim" }],
      confidence,
      why,
      kind: null,
    },
    label,
    help: `What ${label} is for.`,
    kind,
    required: told.required ?? false,
    unique: false,
    allowed: [],
    is_own: false,
    can_fill: !told.required && !told.id.startsWith("tax_info."),
    list: told.id.startsWith("tax_info.") ? { name: "tax_info", label: "Tax numbers" } : null,
    by_meter: false,
    sample: sample(columns, told.after),
    question: told.question ?? null,
    proposal: null,
  };
}

function townProposal(): Proposal {
  return {
    column: "Account No",
    lookup: { table: TOWNS, keys: ["Customer"], take: "Town" },
    share: { found: ROWS - 4, of: ROWS },
    sample: sample(["Account No"], "Launceston"),
  };
}

function card(name: string, fields: readonly FieldRow[]): ColumnCard {
  const users = fields.filter(({ mapping }) => mapping.columns?.includes(name));
  const samples = SAMPLES[name] ?? [];
  return {
    name,
    kind: "text",
    filled: ROWS,
    empty: 0,
    distinct: samples.length,
    samples,
    used_by: users.map(({ label }) => label),
    kept_as: name === "Sales rep" ? "custom_data.sales_rep" : null,
    is_meter: false,
  };
}

function dateQuestion(): FieldRow["question"] {
  return {
    asks: "date_order",
    rows: ROWS,
    answers: [
      answered("dd/MM/yyyy", ["2019-04-03", "2019-02-11", "2023-12-01"]),
      answered("MM/dd/yyyy", ["2019-03-04", "2019-11-02", "2023-01-12"]),
    ],
    hints: [{ file: "contracts 2026.xlsx", column: "End date", format: "dd/MM/yyyy", value: "31/03/2027" }],
  };
}

function answered(
  format: string,
  becomes: string[],
): { format: string; outcomes: { value: string; becomes: string }[] } {
  const values = SAMPLES["Customer since"] ?? [];
  return { format, outcomes: becomes.map((day, index) => ({ value: values[index] ?? "", becomes: day })) };
}

function fresh(): Desk {
  const fields = [
    field({
      id: "external_id",
      label: "Customer number",
      kind: "id",
      column: "Account No",
      confidence: "certain",
      why: "1,201 different, none empty",
      required: true,
    }),
    field({
      id: "customer_name",
      label: "Name",
      column: "Company",
      confidence: "certain",
      why: "1,204 filled, longest 61",
      required: true,
    }),
    field({
      id: "email",
      label: "E-mail",
      kind: "email",
      column: "E-mail",
      confidence: "certain",
      why: "1,193 filled, nearly all look like e-mail",
      after: "ap@tamartesting.example",
      steps: [{ step: "trim" }, { step: "case", to: "lower" }],
    }),
    field({
      id: "phone_number",
      label: "Phone",
      kind: "phone",
      column: "Tel",
      confidence: "likely",
      why: "Same meaning; 22 forms",
      after: "+441566550192",
    }),
    field({
      id: "address.country_code",
      label: "Country",
      kind: "country",
      column: "Country",
      confidence: "likely",
      why: "19 names, all known",
      after: "GB",
      steps: [{ step: "trim" }, { step: "country" }],
    }),
    field({
      id: "tax_info.tax_id",
      label: "Tax number",
      kind: "id",
      column: "VAT no",
      confidence: "certain",
      why: "Looks like tax numbers",
      after: "DE811907980",
    }),
    field({
      id: "custom_data.cadence",
      label: "Billing cadence",
      kind: "cadence",
      column: "Invoice rhythm",
      confidence: "question",
      why: "6 words, 2 not known",
      after: "P3M",
      steps: [{ step: "trim" }, { step: "cadence" }],
      question: { asks: "words" },
    }),
    field({
      id: "custom_data.since",
      label: "Customer since",
      kind: "date",
      column: "Customer since",
      confidence: "question",
      why: "Date order fits both ways",
      steps: [{ step: "trim" }, { step: "date", format: "dd/MM/yyyy|MM/dd/yyyy" }],
      question: dateQuestion(),
    }),
    field({
      id: "communications_enabled",
      label: "Send messages",
      kind: "boolean",
      constant: "false",
      confidence: "fixed",
      why: "Always “No”",
    }),
    field({
      id: "auto_charge_enabled",
      label: "Charge automatically",
      kind: "boolean",
      constant: "false",
      confidence: "fixed",
      why: "Always “No”",
    }),
    { ...field({ id: "address.line1", label: "Street" }), proposal: townProposal() },
    field({ id: "address.city", label: "City" }),
  ];
  const customers: MatchedFields = {
    dataset: "customers",
    group: CUSTOMERS,
    files: [{ file: "customers_export_2026-09-30.csv", sheet: null }],
    rows: ROWS,
    takes_own_fields: true,
    meter_field: null,
    fields,
    columns: Object.keys(SAMPLES).map((name) => card(name, fields)),
    meters: [],
    tables: [{ file: "customers_export_2026-09-30.csv", sheet: null, headings: Object.keys(SAMPLES) }, TOWNS],
    sync: {
      key: "external_id",
      keys: ["external_id"],
      takes_own_key: false,
      key_stays: false,
      fill: [],
      replace: [],
      behaviour: "update_or_create",
      changes: true,
    },
    undo: null,
  };
  return { customers, before: [] };
}

function other(group: number): MatchedFields {
  const usage = group === USAGE;
  const fields = usage
    ? [
        field({
          id: "stream",
          label: "Usage stream",
          kind: "slug",
          constant: "usage",
          confidence: "fixed",
          why: "Always “usage”",
          required: true,
        }),
        field({ id: "data.quantity", label: "Quantity", kind: "decimal" }),
      ]
    : [
        field({
          id: "contract_reference",
          label: "Contract",
          kind: "id",
          column: "Old ref",
          confidence: "certain",
          why: "986 different, none empty",
          required: true,
        }),
      ];
  return {
    ...fresh().customers,
    dataset: usage ? "usage" : "contracts",
    group,
    files: [
      usage
        ? { file: "usage_jan-sep_2026.csv", sheet: null }
        : { file: "contracts 2026.xlsx", sheet: "Active" },
    ],
    rows: usage ? 418_362 : 986,
    fields,
    meter_field: usage ? "data.quantity" : null,
    takes_own_fields: usage,
    sync: { ...fresh().customers.sync, changes: !usage },
    columns: usage
      ? ["Samples", "Sensor hours"].map((name) => ({ ...card(name, []), kind: "decimal" }))
      : [card("Old ref", fields)],
  };
}
