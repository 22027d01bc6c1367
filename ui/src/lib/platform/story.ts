// The sample's story, for the twin: the migrations of Brackwater Analytics and where each stands. All invented.
import type { Consequences, RecentMigration, Standing } from "../../generated/bindings";

/** As Zenskar says of its records. */
export const CONSEQUENCES: Record<string, Consequences> = {
  customers: {
    held_back: "Customers get no messages and no automatic charges.",
    afterwards: "Messages and automatic charges stay off until somebody switches them on in Zenskar.",
    set_off: null,
    unverified: null,
    undo: "New customers can be taken back from here as long as nobody has changed them. Changed customers keep the change.",
    lasting: false,
  },
  usage: {
    held_back: null,
    afterwards: null,
    set_off: null,
    unverified:
      "Times are sent in UTC. That Zenskar reads them so is not verified against a live account: look at one event there.",
    undo: "Usage events cannot be deleted in Zenskar. They can only be corrected by further events.",
    lasting: true,
  },
  contracts: {
    held_back: "Contracts go in as drafts. Nothing is billed by this upload.",
    afterwards: "Contracts stay drafts until somebody activates them in Zenskar.",
    set_off: null,
    unverified:
      "Amounts are sent in the currency’s main unit. That Zenskar reads them so is not verified against a live account: look at one contract there.",
    undo: "Draft contracts can be taken back from here as long as nobody has changed them.",
    lasting: false,
  },
};

export const NO_FILES: Standing = {
  files: 0,
  datasets: 0,
  rows: 0,
  unmatched: 0,
  questions: 0,
  file_questions: 0,
  checked: false,
  errors: 0,
  warnings: 0,
  expected: 0,
  open_totals: null,
  upload: null,
  signatures: 0,
};

/** As the sample files are right after reading: one question is open. */
export const JUST_READ: Standing = {
  ...NO_FILES,
  files: 3,
  datasets: 3,
  rows: 420_552,
  questions: 1,
  file_questions: 1,
};
/** Checked, with the findings of the story. */
export const IN_REVIEW: Standing = {
  ...JUST_READ,
  questions: 0,
  file_questions: 0,
  checked: true,
  errors: 111,
  warnings: 231,
};
const CLOSED: Standing = {
  ...IN_REVIEW,
  errors: 0,
  warnings: 0,
  expected: 9,
  open_totals: 0,
  upload: { finished: true, broken_off: false, settled: 420_289, of: 420_295 },
  signatures: 2,
};

export function recentMigrations(now: Date): RecentMigration[] {
  return [
    migration(
      "Brackwater billing history",
      "brackwater",
      "practice",
      "zenskar",
      IN_REVIEW,
      now.toISOString(),
    ),
    migration("Brackwater US Inc.", "brackwater-us", "live", "zenskar", CLOSED, "2026-10-02T09:12:00Z"),
    migration(
      "Brackwater service contacts",
      "contacts",
      "live",
      "kustomer",
      {
        ...CLOSED,
        signatures: 0,
        upload: { finished: false, broken_off: true, settled: 61_220, of: 100_360 },
      },
      "2026-09-30T14:27:00Z",
    ),
    {
      ...migration(
        "Fenwick Labs (acquired)",
        "fenwick",
        "practice",
        "zenskar",
        JUST_READ,
        "2026-09-18T08:00:00Z",
      ),
      opened_by: "Jonas Adeyemi",
      missing: true,
    },
    migration("Sample migration", "sample", "practice", "zenskar", CLOSED, "2026-09-03T10:00:00Z"),
  ];
}

function migration(
  name: string,
  file: string,
  environment: "practice" | "live",
  destination: string,
  standing: Standing,
  opened_at: string,
): RecentMigration {
  const path = `/home/maren/Documents/Carryover/${file}.carryover`;
  return {
    id: file,
    path,
    name,
    destination,
    environment,
    standing,
    opened_at,
    opened_by: "Maren Okafor",
    missing: false,
  };
}
