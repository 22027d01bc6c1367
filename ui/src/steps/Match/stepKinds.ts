// The steps a value can go through, what each starts with, and what it says of itself in a list.
import type { Step } from "../../generated/bindings";
import { t } from "../../lib/text/text.svelte";

export type StepKind = Step["step"];

/** In the order in which they are offered. */
export const STEP_KINDS: readonly StepKind[] = [
  "trim",
  "collapse_blanks",
  "remove_blanks",
  "case",
  "split",
  "join",
  "default",
  "value_map",
  "date",
  "number",
  "country",
  "currency",
  "phone",
  "boolean",
  "cadence",
  "extract",
  "pad_zeros",
  "salesforce_id",
];

const FIRST: { [K in StepKind]: Extract<Step, { step: K }> } = {
  trim: { step: "trim" },
  collapse_blanks: { step: "collapse_blanks" },
  remove_blanks: { step: "remove_blanks" },
  case: { step: "case", to: "upper" },
  split: { step: "split", separator: ",", part: 1 },
  join: { step: "join", separator: " " },
  default: { step: "default", value: "" },
  value_map: { step: "value_map", values: {}, otherwise: "keep" },
  date: { step: "date", format: "dd/MM/yyyy" },
  number: { step: "number", format: "1,234.56" },
  country: { step: "country" },
  currency: { step: "currency", dollar: null },
  phone: { step: "phone", region: null, by_country: false },
  boolean: { step: "boolean" },
  cadence: { step: "cadence" },
  extract: { step: "extract", pattern: "(\\d+)" },
  pad_zeros: { step: "pad_zeros", width: 5 },
  salesforce_id: { step: "salesforce_id" },
};

/** A new step, as it stands before its parameters are changed. */
export function newStep(kind: StepKind): Step {
  return structuredClone(FIRST[kind]);
}

/** Whether there is anything to change about it. The words of a map are changed in their own list. */
export function hasParameters(step: Step): boolean {
  return ![
    "trim",
    "collapse_blanks",
    "remove_blanks",
    "country",
    "boolean",
    "cadence",
    "salesforce_id",
  ].includes(step.step);
}

/** `Read dates: dd.MM.yyyy`. */
export function described(step: Step): string {
  const name = t(`match.${step.step}`);
  const detail = parameter(step);
  return detail ? `${name}: ${detail}` : name;
}

function parameter(step: Step): string {
  switch (step.step) {
    case "case":
      return t(step.to === "title" ? "match.titleCase" : `match.${step.to}`);
    case "split":
      return `${quoted(step.separator)}, ${step.part}`;
    case "join":
      return quoted(step.separator);
    case "default":
      return quoted(step.value);
    case "date":
    case "number":
      return step.format.split("|").join(" / ");
    case "currency":
      return step.dollar ? `$ = ${step.dollar}` : "";
    case "phone":
      return step.region ?? "";
    case "value_map":
      return String(Object.keys(step.values).length);
    case "extract":
      return step.pattern;
    case "pad_zeros":
      return String(step.width);
    default:
      return "";
  }
}

function quoted(text: string): string {
  return t("match.quoted", { text });
}
