// Messages of the catalogue, parsed once each: parsing costs far more than filling in.
import { IntlMessageFormat } from "intl-messageformat";
import { catalogue, type Key, type Language } from "./catalogue";

const parsed = new Map<string, IntlMessageFormat>();

export function message(key: Key, language: Language, locale: string): IntlMessageFormat {
  const name = `${language} ${locale} ${key}`;
  const made = parsed.get(name) ?? new IntlMessageFormat(text(key, language), locale);
  parsed.set(name, made);
  return made;
}

function text(key: Key, language: Language): string {
  const [area = "", name = ""] = key.split(".");
  return catalogue[language][area]?.[name] ?? key;
}
