// What is outside the page: the system's dialogs, the file manager, the windows on the screen.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./until.ts";

/** Under this name the program's window is known to the screen. */
const CLASS = "carryover-desktop";

/** Longer than a dialog takes to close by itself. */
const PATIENCE_MS = 1500;

/** The system's own, since the system's package has the bindings to GTK. */
const PYTHON = "/usr/bin/python3";

/** Runs a program to its end and gives what it printed. */
export function output(program: string, args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8" }).trim();
}

/** The screen's number for the program's window. A drop leaves another one behind, of one pixel beside the screen. */
export function windowId(): string {
  return found(["--class", CLASS]).find((id) => area(id)[2] > 1) ?? "";
}

/** How many windows the program has on the screen. */
export function windowsThere(): number {
  return found(["--class", CLASS]).length;
}

/** Puts another window before the program's, and gives how to take it away. */
export async function lookElsewhere(): Promise<() => void> {
  const other = spawn(PYTHON, [join(import.meta.dirname, "drag_source.py")], { stdio: "ignore" });
  await until("another window", async () => found(["--name", "^Drag source$"]).length > 0);
  output("xdotool", ["search", "--onlyvisible", "--name", "^Drag source$", "windowactivate", "--sync"]);
  return () => void other.kill();
}

/** From the corner of what is inside the frame to the middle of its closing button, as the window manager draws it. */
const CLOSING_BUTTON = [-10, -11] as const;

/** Closes the program's window by the button of its frame. */
export function closeWindow(): void {
  const [left, top, width] = area(windowId());
  const [x, y] = [left + width + CLOSING_BUTTON[0], top + CLOSING_BUTTON[1]];
  // Without --sync, which waits in vain for a pointer that is there already.
  output("xdotool", ["mousemove", String(x), String(y), "click", "1"]);
}

/** Answers the system's dialog for opening a file. */
export async function chooseInDialog(path: string): Promise<void> {
  await choose("^Open File$", path);
}

/** Answers the system's dialog for saving a file. */
export async function saveInDialog(path: string): Promise<void> {
  await dialog("^Save File$");
  paste(path);
  output("xdotool", ["key", "Return"]);
}

/** Answers the system's dialog for choosing a folder. */
export async function chooseFolderInDialog(path: string): Promise<void> {
  await choose("^Select Folder$", path);
}

/** The first Return may only close the list of names that fit. */
async function choose(title: string, path: string): Promise<void> {
  await dialog(title);
  output("xdotool", ["key", "ctrl+l"]);
  paste(path);
  output("xdotool", ["key", "Return"]);
  const end = performance.now() + PATIENCE_MS;
  await until("the dialog to close", async () => {
    if (found(["--name", title]).length === 0) return true;
    if (performance.now() > end) output("xdotool", ["key", "Return"]);
    return false;
  });
}

/** Puts text on the clipboard, as another program does. */
export function copyText(text: string): void {
  execFileSync("xclip", ["-selection", "clipboard"], { input: text, stdio: ["pipe", "ignore", "ignore"] });
}

/** Puts text in the place of what stands in the field. By the clipboard: not every letter has a key. */
function paste(text: string): void {
  copyText(text);
  output("xdotool", ["key", "ctrl+a", "key", "ctrl+v"]);
}

/** Drags files or folders from another program over the middle of the window, and waits to be told to let go. */
export async function dropOnWindow(paths: string[]): Promise<{ letGo: () => Promise<void> }> {
  const manager = spawn(PYTHON, [join(import.meta.dirname, "drag_source.py"), ...paths], {
    stdio: "ignore",
  });
  await until("something to drag", async () => found(["--name", "^Drag source$"]).length > 0);
  const [left, top, width, height] = area(windowId());
  const [x, y] = [left + width / 2, top + height / 2].map((at) => String(Math.round(at)));
  const mouse = (...words: string[]): string => output("xdotool", words);
  // A drag begins only after some way, and the target hears of it only while the pointer moves.
  mouse("mousemove", "20", "20", "mousedown", "1");
  for (const step of ["6", "12", "18", "30"]) mouse("mousemove_relative", "--sync", step, "4");
  for (let nudge = 12; nudge >= 0; nudge -= 1)
    mouse("mousemove", "--sync", String(Number(x) - nudge), y ?? "0");
  return {
    // What is dragged is asked of the other program until the drop has ended; then it closes by itself.
    letGo: async () => {
      const ended = once(manager, "exit");
      mouse("mouseup", "1");
      await ended;
    },
  };
}

/** Turns the mouse wheel down over the middle of the window, as many times a second as the screen is drawn. */
export function wheel(times: number): void {
  const [left, top, width, height] = area(windowId());
  output("xdotool", [
    "mousemove",
    String(Math.round(left + width / 2)),
    String(Math.round(top + height / 2)),
  ]);
  output("xdotool", ["click", "--repeat", String(times), "--delay", "16", "5"]);
}

/** Milliseconds since the program was started, as the system knows it: to a hundredth of a second. */
export function age(): number {
  const now = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  const pid = output("xdotool", ["getwindowpid", windowId()]);
  // The name, in brackets, may hold blanks; the start is the 20th figure behind it, in hundredths.
  const behind = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return now * 1000 - Number(behind[19]) * 10;
}

async function dialog(title: string): Promise<void> {
  await until(`a dialog ${title}`, async () => found(["--name", title]).length > 0);
  output("xdotool", ["search", "--onlyvisible", "--name", title, "windowactivate", "--sync"]);
}

/** Windows on the screen that fit; none is not an error. */
function found(search: string[]): string[] {
  try {
    return output("xdotool", ["search", "--onlyvisible", ...search])
      .split("\n")
      .filter(Boolean);
  } catch {
    return [];
  }
}

/** Left, top, width and height of what is inside the window's frame. */
function area(id: string): [number, number, number, number] {
  const told = output("xwininfo", ["-id", id]);
  const number = (name: string): number => Number(new RegExp(`${name}:\\s+(-?\\d+)`).exec(told)?.[1] ?? 0);
  return [
    number("Absolute upper-left X"),
    number("Absolute upper-left Y"),
    number("Width"),
    number("Height"),
  ];
}
