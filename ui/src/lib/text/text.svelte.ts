// Texts of the catalogue in the user's language. ICU messages: plurals, numbers and choices are the message's business.
import type { Key, Language } from "./catalogue";
import { message } from "./message";

export type { Key, Language };
export type Values = Record<string, string | number>;

const state = $state<{ language: Language; locale: string }>({ language: "en", locale: "en-GB" });

/** Region for numbers and dates where the system speaks another language than the user wants here. */
const USUAL_LOCALE: Record<Language, string> = { en: "en-GB", de: "de-DE" };

/** Changes the language of everything on screen. `system` takes the first language of the system that there is. */
export function speak(wanted: Language | "system", system: readonly string[] = navigator.languages): void {
  const language = wanted === "system" ? spoken(system) : wanted;
  const regional = system.find((locale) => locale.toLowerCase().startsWith(`${language}-`));
  state.language = language;
  state.locale = regional ?? USUAL_LOCALE[language];
  document.documentElement.lang = language;
}

export function language(): Language {
  return state.language;
}

/** For numbers and dates, such as `en-GB`. */
export function locale(): string {
  return state.locale;
}

/** The text for `key`, with its values put in. */
export function t(key: Key, values?: Values): string {
  return String(message(key, state.language, state.locale).format(values));
}

function spoken(system: readonly string[]): Language {
  const known = system.map((locale) => locale.slice(0, 2).toLowerCase());
  return known.find((code): code is Language => code === "en" || code === "de") ?? "en";
}
