// The twin's part of what was learned: three headings that Maren matched by hand, and a colleague's file.
import type { LearnedHeading } from "../../generated/bindings";
import type { Platform } from "./platform";

type Commands = Pick<
  Platform,
  "exportLearned" | "forgetAllLearned" | "forgetLearned" | "importLearned" | "learned" | "lookIntoLearned"
>;

let list = story();

/** For tests: the story from its beginning. */
export function resetLearned(): void {
  list = story();
}

export const fakeLearned: Commands = {
  learned: async () => structuredClone(list),
  forgetLearned: async (dataset, heading, field) => {
    list = list.filter((one) => one.dataset !== dataset || one.heading !== heading || one.field !== field);
    return structuredClone(list);
  },
  forgetAllLearned: async () => {
    list = [];
    return null;
  },
  exportLearned: async () => "carryover-headings.json",
  lookIntoLearned: async () => ({
    path: "/home/maren/Downloads/jonas.json",
    file: "jonas.json",
    offer: {
      headings: 2,
      changes: [{ dataset: "customers", heading: "cust group", before: null, after: "custom_data.group" }],
    },
  }),
  importLearned: async () => {
    list = [...list, heading("cust group", "custom_data.group", null, 4, "2026-10-02")];
    return structuredClone(list);
  },
};

function story(): LearnedHeading[] {
  return [
    heading("invoice rhythm", "cadence", "Billing period", 3, "2026-10-12"),
    heading("kundennr", "external_id", "Customer number", 2, "2026-10-01"),
    heading("where to", "email", "E-mail", 1, null),
  ];
}

function heading(
  heading: string,
  field: string,
  label: string | null,
  count: number,
  last: string | null,
): LearnedHeading {
  return { dataset: "customers", heading, field, label, count, last };
}
