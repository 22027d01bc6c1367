// How a screen looks in both themes and both languages: axe is asked each time, and the English ones are kept as pictures.
import type { Desk } from "./desk.ts";
import { prefer, type Window } from "./window.ts";

/** Waits for what belongs on the screen, asks axe, and keeps a picture under the name, if there is one. */
export type Look = (window: Window, shown: string, picture?: string) => Promise<void>;

/** A test per theme and language: `walk` starts the window and looks wherever there is something to look at. */
export function inEveryLook(what: string, desk: Desk, walk: (look: Look) => Promise<void>): void {
  for (const theme of ["light", "dark"] as const)
    for (const language of ["en", "de"] as const)
      test(`${what}, nothing axe objects to: ${theme}, ${language}`, async () => {
        prefer(desk.home, { theme, language });
        await walk(async (window, shown, picture) => {
          await window.until(
            `${shown} on ${picture ?? "the screen"}`,
            (shown: string) => document.querySelector(shown) !== null,
            shown,
          );
          expect(await window.axe()).toEqual([]);
          if (picture && language === "en") await window.screenshot(`${picture}-${theme}`);
        });
      });
}
