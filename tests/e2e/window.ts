// The real window: started with a home of its own, looked at and used as a person does, stopped. The screen, the session bus
// and the keychain are those of `cargo xtask e2e`.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { output, windowId } from "./desktop.ts";
import { until } from "./until.ts";
import {
  click,
  endSession,
  execute,
  inject,
  newSession,
  press,
  type,
  type Json,
  type Session,
} from "./webdriver.ts";

const REPOSITORY = resolve(import.meta.dirname, "../..");
const PROGRAM = process.env["CARRYOVER_WINDOW"] ?? join(REPOSITORY, "target/debug/carryover-desktop");
const AXE = readFileSync(join(REPOSITORY, "ui/node_modules/axe-core/axe.min.js"), "utf8");

/** A home that no one else uses; it lives longer than one window, so that a test can start again in it. */
export interface Home {
  path: string;
  /** The folder of the settings. */
  settings: string;
  /** What its programs find in their environment beside the rest, such as another message bus. */
  env: Record<string, string>;
  remove: () => void;
}

export interface Preferences {
  who: string;
  language: "system" | "en" | "de";
  theme: "system" | "light" | "dark";
}

export type Role =
  | "button"
  | "textbox"
  | "radio"
  | "row"
  | "cell"
  | "rule"
  | "dialog"
  | "heading"
  | "menuitem"
  | "link"
  | "option";

/** Whether a text is all that a control says, or stands anywhere in it. */
type Fit = "named" | "holding";

export interface Violation {
  id: string;
  help: string;
  nodes: string[];
}

export function makeHome(preferences: Partial<Preferences> = {}): Home {
  const path = mkdtempSync(join(tmpdir(), "carryover-e2e-"));
  const settings = join(path, "settings");
  mkdirSync(join(path, "Documents"));
  mkdirSync(join(path, ".config"));
  writeFileSync(join(path, ".config/user-dirs.dirs"), 'XDG_DOCUMENTS_DIR="$HOME/Documents"\n');
  const home = {
    path,
    settings,
    env: {},
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
  prefer(home, preferences);
  return home;
}

/** Changes what the next window finds among the settings. */
export function prefer(home: Home, preferences: Partial<Preferences>): void {
  const all = {
    who: "Maren Okafor",
    language: "en",
    theme: "light",
    ...preferences,
  };
  keep(home, "preferences.json", { version: 1, preferences: all });
}

export function keep(home: Home, file: string, content: Json): void {
  mkdirSync(home.settings, { recursive: true });
  writeFileSync(join(home.settings, file), JSON.stringify(content));
}

/** Starts the program and waits until its page can be used. */
export async function startWindow(home: Home, args: string[] = []): Promise<Window> {
  if (!existsSync(PROGRAM))
    throw new Error(`${PROGRAM} is not there; run \`cargo xtask e2e\`, which builds it`);
  const port = await freePort();
  // A process group of its own: the program is the driver's child, and both end together.
  const options = {
    env: environment(home),
    stdio: "ignore",
    detached: true,
  } as const;
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], options);
  try {
    const began = performance.now();
    const url = `http://127.0.0.1:${port}`;
    await until(
      "the driver to listen",
      async () => (await fetch(`${url}/status`).catch(() => null))?.ok ?? false,
    );
    const window = new Window(await newSession(url, PROGRAM, args), driver);
    await window.until("the page to be drawn", () => document.querySelector("main") !== null);
    window.startedIn = performance.now() - began;
    return window;
  } catch (error) {
    await end(driver);
    throw error;
  }
}

/** Starts the program once more, as a double click does, and waits until this second start has ended. */
export async function startAgain(home: Home, args: string[]): Promise<void> {
  const second = spawn(PROGRAM, args, { env: environment(home), stdio: "ignore" });
  await once(second, "exit");
}

export class Window {
  /** Milliseconds from the start of the driver until the page could be used. */
  startedIn = 0;

  constructor(
    private readonly session: Session,
    private readonly driver: ChildProcess,
  ) {}

  /** Closes the window, as a person does who is finished; nothing where it is closed. */
  async stop(): Promise<void> {
    if (hasEnded(this.driver)) return;
    await endSession(this.session).finally(() => end(this.driver));
  }

  /** Ends the program at once, as a power cut does. */
  async kill(): Promise<void> {
    await end(this.driver);
  }

  /** Runs a function in the page. */
  run<A extends Json[], R>(run: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    return execute(this.session, run, ...args);
  }

  /** Waits until a function says yes in the page. */
  async until<A extends Json[]>(what: string, holds: (...args: A) => boolean, ...args: A): Promise<void> {
    await until(what, () => this.run(holds, ...args));
  }

  /** Waits until this text stands on the page. */
  async sees(text: string): Promise<void> {
    await this.until(`“${text}” on the page`, (text: string) => document.body.innerText.includes(text), text);
  }

  /** Waits until this text is gone. */
  async seesNoMore(text: string): Promise<void> {
    await this.until(`“${text}” to go`, (text: string) => !document.body.innerText.includes(text), text);
  }

  /** Clicks a control by its role and name, with the mouse. */
  async click(role: Role, name: string): Promise<void> {
    const [x, y] = await this.place(`the ${role} “${name}”`, SELECTORS[role], name, "named");
    await click(this.session, x, y);
  }

  /** Clicks the first control that fits a selector and holds a text, with the mouse. */
  async clickOn(selector: string, text = ""): Promise<void> {
    const [x, y] = await this.place(`${selector} with “${text}”`, selector, text, "holding");
    await click(this.session, x, y);
  }

  /** Presses keys together: `press("Control", "Enter")`. Names are those of KeyboardEvent.key. */
  async press(...keys: string[]): Promise<void> {
    await press(
      this.session,
      keys.map((key) => KEYS[key] ?? key),
    );
  }

  async type(text: string): Promise<void> {
    await type(this.session, text);
  }

  /** The accessible name of what has the focus. */
  focused(): Promise<string> {
    return this.run(() => {
      const element = document.activeElement as HTMLElement | null;
      const labels = (element as HTMLInputElement | null)?.labels;
      return (
        element?.getAttribute("aria-label") ??
        labels?.[0]?.textContent ??
        element?.textContent ??
        ""
      ).trim();
    });
  }

  /** Writes what the window shows into docs/screens, once nothing moves any more. */
  async screenshot(name: string): Promise<void> {
    await this.run(() =>
      document.fonts.ready.then(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      ),
    );
    const file = join(REPOSITORY, "docs/screens", `${name}.png`);
    mkdirSync(dirname(file), { recursive: true });
    // The screen as it is. WebKitWebDriver's own picture never comes when the program draws without a graphics card.
    output("import", ["-window", windowId(), file]);
  }

  /** What axe finds wrong on the page. */
  async axe(): Promise<Violation[]> {
    await inject(this.session, AXE);
    return this.run(async () => {
      interface Axe {
        run: (
          page: Document,
          options: object,
        ) => Promise<{
          violations: { id: string; help: string; nodes: { html: string }[] }[];
        }>;
      }
      const { axe } = globalThis as unknown as { axe: Axe };
      // A colour on its way to another is neither.
      const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
      await Promise.allSettled(changes.map((change) => change.finished));
      const found = await axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
      });
      return found.violations.map(({ id, help, nodes }) => ({
        id,
        help,
        nodes: nodes.map((node) => node.html),
      }));
    });
  }

  /** The middle of a control that can be seen, waiting for it. */
  private async place(what: string, selector: string, text: string, as: Fit): Promise<[number, number]> {
    let middle: [number, number] = [NaN, NaN];
    await until(`${what} to stand still`, async () => {
      const before = middle;
      middle = (await this.run(middleOf, selector, text, as)) ?? [NaN, NaN];
      return middle[0] === before[0] && middle[1] === before[1];
    });
    return middle;
  }
}

const KEYS: Record<string, string> = {
  Alt: "\uE00A",
  ArrowDown: "\uE015",
  ArrowLeft: "\uE012",
  ArrowRight: "\uE014",
  ArrowUp: "\uE013",
  Backspace: "\uE003",
  Control: "\uE009",
  Delete: "\uE017",
  Enter: "\uE007",
  Escape: "\uE00C",
  F1: "\uE031",
  F2: "\uE032",
  F6: "\uE036",
  F7: "\uE037",
  F8: "\uE038",
  Shift: "\uE008",
  Tab: "\uE004",
};

const SELECTORS: Record<Role, string> = {
  button: "button, [role=button]",
  textbox: "input:not([type=radio], [type=checkbox]), textarea",
  radio: "input[type=radio]",
  row: "tr, [role=row]",
  rule: "[data-rule]",
  cell: "td, [role=gridcell]",
  dialog: "[role=dialog], [role=alertdialog]",
  heading: "h1, h2, h3",
  menuitem: "[role=menuitem]",
  link: "a[href]",
  option: "[role=option]",
};

/** Runs in the page. A name fits when it is the same; for what says more than its name, when it is part of the text. What
    is disabled is not there yet. */
function middleOf(selector: string, text: string, as: Fit): [number, number] | null {
  const said = (element: HTMLElement): string => {
    const labels = (element as HTMLInputElement).labels;
    return (element.getAttribute("aria-label") ?? labels?.[0]?.textContent ?? element.innerText).trim();
  };
  const fits = (element: HTMLElement): boolean => {
    if (as === "holding") return element.innerText.includes(text);
    return element.matches("tr, [role=row], [data-rule], input[type=radio]")
      ? said(element).includes(text)
      : said(element) === text;
  };
  const seen = [...document.querySelectorAll<HTMLElement>(selector)].find((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && !element.matches(":disabled") && fits(element);
  });
  if (!seen) return null;
  seen.scrollIntoView({ block: "nearest", inline: "nearest" });
  const box = seen.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  // What lies under a dialog that is just closing cannot be clicked yet.
  const top = document.elementFromPoint(x, y);
  const isOnTop = top !== null && (seen.contains(top) || (top.closest("label")?.contains(seen) ?? false));
  return isOnTop ? [x, y] : null;
}

/** Ends the driver and the program at once: there can be only one window. */
async function end(driver: ChildProcess): Promise<void> {
  if (driver.pid === undefined || hasEnded(driver)) return;
  const ended = once(driver, "exit");
  process.kill(-driver.pid, "SIGKILL");
  await ended;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Everything that a program keeps is below `home`. */
export function environment(home: Home): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HOME: home.path,
    XDG_CONFIG_HOME: join(home.path, ".config"),
    XDG_DATA_HOME: join(home.path, ".local/share"),
    XDG_CACHE_HOME: join(home.path, ".cache"),
    XDG_STATE_HOME: join(home.path, ".local/state"),
    CARRYOVER_CONFIG_DIR: home.settings,
    // Both are needed, or no session is made.
    TAURI_AUTOMATION: "true",
    TAURI_WEBVIEW_AUTOMATION: "true",
    // Without a graphics card the page would be drawn less than once a second.
    WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    ...home.env,
  };
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer().once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? found(address.port) : failed(new Error("no port")),
      );
    });
  });
}
