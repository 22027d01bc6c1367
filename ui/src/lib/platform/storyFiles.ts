// The three files of the sample's story as Files shows them, for the twin. All invented.
import type { FileCard, Hints, FileRow } from "../../generated/bindings";

const FOLDER = "/home/maren/Exports";
const NOTHING_SAID: Hints = {
  sheet: null,
  header_row: null,
  encoding: null,
  delimiter: null,
  quote: null,
  transpose: null,
};

export const CUSTOMERS: FileCard = {
  ...card(1, "customers", "customers_export_2026-09-30.csv", 312_400, 1_204),
  recognised: { found: 14, of: 22, required: 3, missing: 0 },
  known: null,
  preview: {
    sheet: null,
    sheets: [],
    header_row: 1,
    transposed: false,
    encoding: "windows-1252",
    delimiter: ";",
    columns: ["Account No", "Company", "E-mail", "Country", "Invoice rhythm", "Customer since"],
    columns_in_all: 6,
    above: [],
    rows: lines(2, [
      [
        "00001",
        "Ärzte-Labor Wismar GmbH",
        "rechnung@labor-wismar.example",
        "Deutschland",
        "monthly",
        "03/04/2019",
      ],
      ["00002", "Tamar Valley Testing", "ap@tamartesting.example", "United Kingdom", "qtrly", "11/02/2019"],
      ["00003", "Laboratorium Hoorn", "info@hoorn.example", "Nederland", "monthly", "27/05/2020"],
    ]),
  },
};

export const USAGE: FileCard = {
  ...card(2, "usage", "usage_jan-sep_2026.csv", 78_600_000, 418_362),
  recognised: { found: 9, of: 10, required: 3, missing: 0 },
  known: null,
  preview: {
    sheet: null,
    sheets: [],
    header_row: 1,
    transposed: false,
    encoding: "utf-8",
    delimiter: ",",
    columns: ["event_id", "account", "metered_at", "meter", "quantity", "amount", "currency"],
    columns_in_all: 7,
    above: [],
    rows: lines(2, [
      ["e-000001", "00003", "2026-01-01T00:04:11Z", "samples", "12", "31.20", "EUR"],
      ["e-000002", "01032", "2026-01-01T00:09:52Z", "samples", "3", "7.80", "EUR"],
    ]),
  },
};

export const CONTRACTS: FileCard = {
  ...card(3, "contracts", "contracts 2026.xlsx", 1_400_000, 986),
  recognised: { found: 11, of: 21, required: 5, missing: 0 },
  known: null,
  preview: {
    sheet: "Active",
    sheets: ["Cover", "Active", "Notes"],
    header_row: 4,
    transposed: false,
    encoding: null,
    delimiter: null,
    columns: ["Contract", "Account No", "Product", "Start date", "End date", "Cur", "Annual value"],
    columns_in_all: 7,
    above: ["Brackwater Analytics", "Contracts in force", "as of 30 Sep 2026"],
    rows: lines(5, [
      ["C-2025-0001", "00003", "Sampling Plus", "01/04/2026", "31/03/2027", "EUR", "4,800.00"],
      ["C-2025-0002", "01032", "Sampling Basic", "01/07/2025", "30/06/2026", "EUR", "2,150.00"],
    ]),
  },
  below: ["Total 986 contracts"],
  questions: [
    {
      column: "Start date",
      fields: ["start_date"],
      is_date: true,
      values: 986,
      samples: ["01/04/2026", "01/07/2025"],
      answers: [
        { format: "dd/MM/yyyy", reads_as: ["2026-04-01", "2025-07-01"] },
        { format: "MM/dd/yyyy", reads_as: ["2026-01-04", "2025-01-07"] },
      ],
    },
  ],
  other_sheets: [
    { sheet: "Cover", reason: "not_taken" },
    { sheet: "Notes", reason: "unclear" },
  ],
};

function card(
  source: number,
  dataset: string,
  file: string,
  bytes: number,
  rows: number,
): Omit<FileCard, "preview" | "recognised" | "known"> {
  return {
    source,
    dataset,
    file,
    path: `${FOLDER}/${file}`,
    bytes,
    rows,
    read_at: "2026-10-12T14:02:00Z",
    said: NOTHING_SAID,
    below: [],
    remarks: [],
    ragged_rows: 0,
    questions: [],
    looked_in_by: [],
    edits: 0,
    other_sheets: [],
  };
}

function lines(first: number, rows: string[][]): FileRow[] {
  return rows.map((cells, index) => ({ line: first + index, cells }));
}
