// The engine's reasons in the user's language. They come as short English phrases with figures in them; a phrase that is not
// known here is shown as it came.
import { t, type Key, type Values } from "../../lib/text/text.svelte";

type Read = (parts: string[]) => Values;
interface Phrase {
  form: RegExp;
  key: Key;
  values?: Read;
}

const number = (text = ""): number => Number(text.replaceAll(",", ""));
const named: Read = ([name = ""]) => ({ name });
const counted: Read = ([count = ""]) => ({ count });

const PHRASES: readonly Phrase[] = [
  {
    form: /^(about )?([\d,]+) different, (none|[\d,]+) empty$/i,
    key: "match.why_different",
    values: ([about, count = "", empty]) => ({
      about: about ? "yes" : "no",
      count,
      empty: empty === "none" ? 0 : number(empty),
    }),
  },
  { form: /^([\d,]+) different$/, key: "match.why_differentOnly", values: counted },
  { form: /^the column is empty$/i, key: "match.why_emptyColumn" },
  {
    form: /^(all|nearly all) (dates|numbers)$/i,
    key: "match.why_all",
    values: ([all, what = ""]) => ({ nearly: nearly(all), what }),
  },
  {
    form: /^(all|nearly all) (dates|numbers) as (.+)$/i,
    key: "match.why_allAs",
    values: ([all, what = "", format = ""]) => ({ nearly: nearly(all), what, format }),
  },
  {
    form: /^([\d,]+) (dates|numbers)(?: as .+)?, ([\d,]+) not$/,
    key: "match.why_some",
    values: ([count = "", what = "", misfits = ""]) => ({ count, what, misfits }),
  },
  { form: /^not dates$/i, key: "match.why_notDates" },
  { form: /^not numbers$/i, key: "match.why_notNumbers" },
  { form: /^the number in the words$/i, key: "match.why_numberInWords" },
  { form: /^set by you$/i, key: "match.why_user" },
  { form: /^same meaning$/i, key: "match.why_same" },
  { form: /^by its heading$/i, key: "match.why_heading" },
  { form: /^unknown heading$/i, key: "match.why_unknownHeading" },
  { form: /^“(.+)” fits too$/, key: "match.why_rival", values: named },
  { form: /^may be “(.+)” too$/, key: "match.why_otherField", values: named },
  { form: /^numbers without a country code$/i, key: "match.why_noCountryCode" },
  { form: /^country from “(.+)”$/, key: "match.why_countryFrom", values: named },
  { form: /^first and last name together$/i, key: "match.why_firstAndLast" },
  { form: /^kept as it is$/i, key: "match.why_kept" },
  { form: /^([\d,]+) filled$/, key: "match.why_filled", values: counted },
  {
    form: /^([\d,]+) filled, longest ([\d,]+)$/,
    key: "match.why_filledLongest",
    values: ([count = "", longest = ""]) => ({ count, longest }),
  },
  {
    form: /^([\d,]+) filled, (.+) like e-mail$/,
    key: "match.why_emails",
    values: ([count = "", share = ""]) => ({ count, share }),
  },
  { form: /^([\d,]+) forms?$/, key: "match.why_forms", values: ([count]) => ({ count: number(count) }) },
  { form: /^looks like tax numbers$/i, key: "match.why_taxNumbers" },
  { form: /^“(.+)” is not in this file$/, key: "match.why_gone", values: named },
  {
    form: /^always “(.*)”$/i,
    key: "match.why_always",
    values: ([value = ""]) => ({ value: yesOrNo(value) }),
  },
  {
    form: /^([\d,]+) (?:words?|names?|currency|currencies), (all known|([\d,]+) not known)$/,
    key: "match.why_words",
    values: ([count, , unknown]) => ({ count: number(count), unknown: unknown ? number(unknown) : 0 }),
  },
  { form: /^date order fits both ways$/i, key: "match.why_dateOrder" },
  { form: /^decimal mark fits both ways$/i, key: "match.why_decimalMark" },
];

/** `Same meaning; 22 forms` in the user's words. */
export function reason(why: string): string {
  return why.split("; ").map(phrase).join("; ");
}

function phrase(text: string): string {
  for (const { form, key, values } of PHRASES) {
    const match = form.exec(text);
    if (match) return t(key, values?.(match.slice(1)));
  }
  return text;
}

function nearly(all = ""): string {
  return all.toLowerCase() === "all" ? "no" : "yes";
}

function yesOrNo(value: string): string {
  if (value === "Yes") return t("match.yes");
  return value === "No" ? t("match.no") : value;
}
