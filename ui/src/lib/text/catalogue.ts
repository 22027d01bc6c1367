// The catalogue: every text of the page, by area, in every language. A new area is one line in each of the two tables.
import aboutDe from "../../../messages/about.de.json";
import aboutEn from "../../../messages/about.en.json";
import auditDe from "../../../messages/audit.de.json";
import auditEn from "../../../messages/audit.en.json";
import commonDe from "../../../messages/common.de.json";
import commonEn from "../../../messages/common.en.json";
import errorsDe from "../../../messages/errors.de.json";
import errorsEn from "../../../messages/errors.en.json";
import reportDe from "../../../messages/report.de.json";
import reportEn from "../../../messages/report.en.json";
import settingsDe from "../../../messages/settings.de.json";
import settingsEn from "../../../messages/settings.en.json";
import shellDe from "../../../messages/shell.de.json";
import shellEn from "../../../messages/shell.en.json";
import shortcutsDe from "../../../messages/shortcuts.de.json";
import shortcutsEn from "../../../messages/shortcuts.en.json";
import startDe from "../../../messages/start.de.json";
import startEn from "../../../messages/start.en.json";
import tieOutDe from "../../../messages/tieOut.de.json";
import tieOutEn from "../../../messages/tieOut.en.json";

const en = {
  about: aboutEn,
  audit: auditEn,
  common: commonEn,
  errors: errorsEn,
  report: reportEn,
  settings: settingsEn,
  shell: shellEn,
  shortcuts: shortcutsEn,
  start: startEn,
  tieOut: tieOutEn,
};

type Messages = typeof en;
/** A message, by area and name: `start.newMigration`. */
export type Key = { [A in keyof Messages]: `${A}.${keyof Messages[A] & string}` }[keyof Messages];
export type Language = "en" | "de";
type Translated = { [A in keyof Messages]: Record<keyof Messages[A], string> };

const de: Translated = {
  about: aboutDe,
  audit: auditDe,
  common: commonDe,
  errors: errorsDe,
  report: reportDe,
  settings: settingsDe,
  shell: shellDe,
  shortcuts: shortcutsDe,
  start: startDe,
  tieOut: tieOutDe,
};

export const catalogue: Record<Language, Record<string, Record<string, string>>> = { en, de };
