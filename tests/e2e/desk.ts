// A desk for every test of a file: a home made before it, its last window stopped and the home removed behind it.
import { makeHome, startWindow, type Home, type Window } from "./window.ts";

export interface Desk {
  readonly home: Home;
  start: (args?: string[]) => Promise<Window>;
}

export function eachAtADesk(): Desk {
  let home: Home;
  let window: Window | null = null;
  beforeEach(() => {
    home = makeHome();
  });
  afterEach(async () => {
    await window?.stop();
    window = null;
    home.remove();
  });
  return {
    get home() {
      return home;
    },
    start: async (args = []) => (window = await startWindow(home, args)),
  };
}
