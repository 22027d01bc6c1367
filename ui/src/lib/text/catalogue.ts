// The catalogue: every text of the page, by area, in every language. A new area is one line in each of the two tables.
import aboutDe from "../../../messages/about.de.json";
import aboutEn from "../../../messages/about.en.json";
import auditDe from "../../../messages/audit.de.json";
import auditEn from "../../../messages/audit.en.json";
import commonDe from "../../../messages/common.de.json";
import commonEn from "../../../messages/common.en.json";
import connectionsDe from "../../../messages/connections.de.json";
import connectionsEn from "../../../messages/connections.en.json";
import errorsDe from "../../../messages/errors.de.json";
import errorsEn from "../../../messages/errors.en.json";
import filesDe from "../../../messages/files.de.json";
import filesEn from "../../../messages/files.en.json";
import historyDe from "../../../messages/history.de.json";
import historyEn from "../../../messages/history.en.json";
import reviewDe from "../../../messages/review.de.json";
import reviewEn from "../../../messages/review.en.json";
import matchDe from "../../../messages/match.de.json";
import matchEn from "../../../messages/match.en.json";
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
import uploadDe from "../../../messages/upload.de.json";
import uploadEn from "../../../messages/upload.en.json";
import tieOutDe from "../../../messages/tieOut.de.json";
import tieOutEn from "../../../messages/tieOut.en.json";

const en = {
  about: aboutEn,
  audit: auditEn,
  common: commonEn,
  connections: connectionsEn,
  errors: errorsEn,
  files: filesEn,
  history: historyEn,
  review: reviewEn,
  match: matchEn,
  report: reportEn,
  settings: settingsEn,
  shell: shellEn,
  shortcuts: shortcutsEn,
  start: startEn,
  upload: uploadEn,
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
  connections: connectionsDe,
  errors: errorsDe,
  files: filesDe,
  history: historyDe,
  review: reviewDe,
  match: matchDe,
  report: reportDe,
  settings: settingsDe,
  shell: shellDe,
  shortcuts: shortcutsDe,
  start: startDe,
  upload: uploadDe,
  tieOut: tieOutDe,
};

export const catalogue: Record<Language, Record<string, Record<string, string>>> = { en, de };
