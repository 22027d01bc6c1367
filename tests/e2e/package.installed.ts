// The installed package as the desktop sees it: what a migration's file is, what opens it, that a double click does, and what
// came along.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { output, windowId } from "./desktop.ts";
import { PROGRAM } from "./million.ts";
import { until } from "./until.ts";
import { environment, makeHome, type Home } from "./window.ts";

const KIND = "application/x-carryover";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => {
  const id = windowId();
  if (id !== "") process.kill(Number(output("xdotool", ["getwindowpid", id])));
  home.remove();
});

test("a migration is known by its name's end, and belongs to Carryover", () => {
  const path = made("Überträge März");
  expect(desktop("gio", ["info", "--attributes", "standard::content-type", path])).toContain(KIND);
  expect(desktop("gio", ["mime", KIND])).toContain("Carryover.desktop");
});

test("a double click opens it, and another double click opens the other in the same window", async () => {
  const [first, second] = [made("Überträge März"), made("Brackwater")];
  doubleClick(first);
  await titled("Überträge März (practice) – Carryover");
  const program = pid();
  doubleClick(second);
  await titled("Brackwater (practice) – Carryover");
  expect(pid()).toBe(program);
});

test("the list of its parts came along: both programs' and the page's", () => {
  const files = output("dpkg", ["--listfiles", "carryover"]).split("\n");
  const list = files.find((file) => file.endsWith("/carryover.cdx.json")) ?? "";
  const { components } = JSON.parse(readFileSync(list, "utf8")) as { components: { purl: string }[] };
  for (const part of ["pkg:cargo/tauri@2", "pkg:cargo/clap@4", "pkg:npm/ag-grid-community@36"]) {
    expect(
      components.some(({ purl }) => purl.startsWith(part)),
      part,
    ).toBe(true);
  }
});

/** An empty migration that the installed command line made. */
function made(name: string): string {
  const path = join(home.path, "Documents", `${name}.carryover`);
  desktop(PROGRAM, ["new", path, "--to", "zenskar"]);
  return path;
}

async function titled(title: string): Promise<void> {
  await until(`the window “${title}”`, async () => {
    const id = windowId();
    return id !== "" && output("xdotool", ["getwindowname", id]) === title;
  });
}

function pid(): string {
  return output("xdotool", ["getwindowpid", windowId()]);
}

/** As the file manager does. The program goes on for as long as it likes, so nothing it prints is waited for. */
function doubleClick(path: string): void {
  spawnSync("gio", ["open", path], { stdio: "ignore", env: environment(home) });
}

/** Runs a program to its end as the user of `home`. */
function desktop(program: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", env: environment(home) });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
