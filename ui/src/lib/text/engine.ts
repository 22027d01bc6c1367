// Sentences of the engine in the user's language. They come in English with their values filled in; the catalogue knows each
// by its template in the Rust source, and `cargo xtask words` keeps the two together. What it does not know is shown as it
// came. Values are shown as they came too, but for those that a translation marks:
//   <said>{x}</said>  is a sentence or a term of the engine itself
//   <list>{x}</list>  is several of these, set off by commas
//   <date>{x}</date>  is a day written out: `4 March 2026`
import { IntlMessageFormat } from "intl-messageformat";
import german from "../../../messages/engine.de.json";
import english from "../../../messages/engine.en.json";
import { date } from "../format";
import { language, locale, type Language } from "./text.svelte";

interface Template {
  form: RegExp;
  /** Of the groups of `form`. */
  names: readonly string[];
  /** Stands in every sentence of this form: cheaper to look for than the form. */
  core: string;
  /** How much of it says which sentence it is: the characters before its first placeholder, then all outside of them. */
  weight: readonly [number, number];
  text: string;
  /** Names of the values that the translation counts, or writes as a number. */
  counted: ReadonlySet<string>;
}

/** What is needed to speak one language. */
interface Speech {
  locale: string;
  /** Sentences without placeholders, by [`plain`]. */
  fixed: ReadonlyMap<string, string>;
  /** The heaviest first: where several fit, that one is meant, unless only another understands its values. */
  templates: readonly Template[];
  parsed: Map<string, IntlMessageFormat>;
  known: Map<string, string>;
}

interface Heard {
  text: string;
  /** Whatever had to be a sentence of the engine within it is one. */
  certain: boolean;
}

/** English holds only what a window says otherwise than a terminal. */
const SENTENCES: Record<Language, Record<string, string>> = { de: german, en: english };
/** Translated sentences that are kept at hand: more than a screen shows, little beside a page of rows. */
const KEPT = 5000;
const PLACEHOLDER = /\{(\w+)\}/;
const FIGURE = "(\\d+(?:,\\d{3})*)";

const speeches = new Map<string, Speech>();

/** A sentence or a term of the engine in the user's language. Not for what a person wrote. */
export function said(sentence: string): string {
  const speech = speechOf(language(), locale());
  const known = speech.known.get(sentence);
  if (known !== undefined) return known;
  const text = translated(speech, sentence);
  if (speech.known.size >= KEPT) speech.known.clear();
  speech.known.set(sentence, text);
  return text;
}

/** What the engine may have written where the user reads this text: the text itself, and what is surely in each English
    sentence whose translation holds it. */
export function unsaid(text: string): string[] {
  const sought = text.trim().toLowerCase();
  if (sought === "") return [];
  const sentences = Object.entries(SENTENCES[language()]);
  const meant = sentences.filter(([, translation]) => translation.toLowerCase().includes(sought));
  const telling = meant.map(([key]) => core(key)).filter((core) => /\p{L}{3}/u.test(core));
  return [text.trim(), ...new Set(telling)];
}

function speechOf(language: Language, locale: string): Speech {
  const name = `${language} ${locale}`;
  const speech = speeches.get(name) ?? learned(SENTENCES[language], locale);
  speeches.set(name, speech);
  return speech;
}

function learned(sentences: Record<string, string>, locale: string): Speech {
  const all = Object.entries(sentences);
  const open = all.filter(([key]) => PLACEHOLDER.test(key)).map(([key, text]) => template(key, text));
  return {
    locale,
    fixed: new Map(all.filter(([key]) => !PLACEHOLDER.test(key)).map(([key, text]) => [plain(key), text])),
    templates: open.sort(heavierFirst),
    parsed: new Map(),
    known: new Map(),
  };
}

function template(key: string, text: string): Template {
  const names = [...key.matchAll(new RegExp(PLACEHOLDER, "g"))].map(([, name = ""]) => name);
  const counted = new Set([...text.matchAll(/\{(\w+), (?:plural|number)/g)].map(([, name = ""]) => name));
  const literals = between(key).map(literal);
  const groups = names.map((name) => (counted.has(name) ? FIGURE : "(.*?)"));
  const form = literals.map(({ form }, index) => form + (groups[index] ?? "")).join("");
  return {
    form: new RegExp(`^${form}$`, "s"),
    names,
    core: core(key),
    weight: [literals[0]?.text.length ?? 0, between(key).join("").length],
    text,
    counted,
  };
}

/** What stands around the placeholders of a template. */
function between(key: string): string[] {
  return key.split(new RegExp(PLACEHOLDER.source.replace("(", "(?:")));
}

/** The longest text that stands in every sentence of a template. The first letter of a sentence may be small. */
function core(key: string): string {
  const sure = between(key).map((text, index) => (index === 0 ? text.slice(1) : text));
  return sure.reduce((longest, text) => (text.length > longest.length ? text : longest), "");
}

function heavierFirst({ weight: one }: Template, { weight: other }: Template): number {
  return other[0] - one[0] || other[1] - one[1];
}

/** Text between placeholders. The first letter of a sentence may be small: it may follow a colon. */
function literal(text: string, index: number): { text: string; form: string } {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const first = text.charAt(0);
  const either = `[${first.toLowerCase()}${first.toUpperCase()}]`;
  const form = index === 0 && /\p{L}/u.test(first) ? either + escaped.slice(1) : escaped;
  return { text, form };
}

function plain(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function translated(speech: Speech, sentence: string): string {
  return understood(speech, sentence)?.text ?? sentence;
}

function understood(speech: Speech, sentence: string): Heard | undefined {
  const one = whole(speech, sentence);
  return one?.certain ? one : better(one, oneByOne(speech, sentence));
}

function whole(speech: Speech, sentence: string): Heard | undefined {
  const fixed = speech.fixed.get(plain(sentence));
  if (fixed !== undefined) return { text: fixed, certain: true };
  let best: Heard | undefined;
  for (const template of speech.templates) {
    const found = sentence.includes(template.core) ? template.form.exec(sentence) : null;
    if (!found) continue;
    best = better(best, filled(speech, template, found.slice(1)));
    if (best?.certain) break;
  }
  return best;
}

/** Several sentences on end: the longest beginning that is known, then the rest. */
function oneByOne(speech: Speech, sentences: string): Heard | undefined {
  let best: Heard | undefined;
  for (const { index } of [...sentences.matchAll(/[.?”)] (?=\S)/g)].reverse()) {
    const first = whole(speech, sentences.slice(0, index + 1));
    const rest = first && translated(speech, sentences.slice(index + 2));
    best = better(best, first && { ...first, text: `${first.text} ${rest}` });
    if (best?.certain) break;
  }
  return best;
}

function better(one: Heard | undefined, other: Heard | undefined): Heard | undefined {
  return !one || (other?.certain && !one.certain) ? other : one;
}

function filled(speech: Speech, { text, names, counted }: Template, values: readonly string[]): Heard {
  const message = speech.parsed.get(text) ?? new IntlMessageFormat(text, speech.locale);
  speech.parsed.set(text, message);
  let certain = true;
  const inner = (value: string): string => {
    const heard = understood(speech, value);
    certain &&= /^[\d,]*$/.test(value) || (heard?.certain ?? false);
    return heard?.text ?? value;
  };
  const marked = (translate: (value: string) => string) => (parts: string[]) => translate(parts.join(""));
  const formatted = message.format<string>({
    ...Object.fromEntries(
      names.map((name, index) => {
        const value = values[index] ?? "";
        return [name, counted.has(name) ? Number(value.replaceAll(",", "")) : value];
      }),
    ),
    said: marked(inner),
    list: marked((value) =>
      value
        .split(", ")
        .map((item) => translated(speech, item))
        .join(", "),
    ),
    date: marked(day),
  });
  return { text: [formatted].flat().join(""), certain };
}

function day(text: string): string {
  const at = Date.parse(`${text} UTC`);
  return Number.isNaN(at) ? text : date(new Date(at).toISOString().slice(0, 10));
}
