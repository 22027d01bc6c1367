// The window among other programs: started a second time by a double click on a migration, and telling that long work has
// ended while the user looks elsewhere.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { command, eachWithTheSampleReady } from "./command.ts";
import { lookElsewhere, windowsThere } from "./desktop.ts";
import { eachAtADesk } from "./desk.ts";
import { until } from "./until.ts";
import { startAgain } from "./window.ts";

const desk = eachAtADesk();
const ready = eachWithTheSampleReady();

test("a double click on a migration opens it in the window that is there", async () => {
  command(desk.home, ["new", "Überträge.carryover", "--to", "zenskar"]);
  const window = await desk.start([ready(desk.home)]);
  await window.until("the first migration", () =>
    document.title.startsWith("Brackwater billing history (practice)"),
  );
  await startAgain(desk.home, [join(desk.home.path, "Überträge.carryover")]);
  await window.until("the other migration", () => document.title.startsWith("Überträge (practice)"));
  expect(windowsThere()).toBe(1);
});

test("a second start without a file opens no second window", async () => {
  const window = await desk.start([ready(desk.home)]);
  await window.until("the migration", () =>
    document.title.startsWith("Brackwater billing history (practice)"),
  );
  await startAgain(desk.home, []);
  expect(windowsThere()).toBe(1);
  expect(await window.run(() => document.title)).toBe("Brackwater billing history (practice) – Carryover");
});

test("the end of an upload is told by the system when the user looks elsewhere", async () => {
  const heard = await listen();
  try {
    const window = await desk.start([ready(desk.home)]);
    await window.until("the migration", () => document.title.includes("(practice)"));
    await window.press("Alt", "5");
    for (const label of ["Make the plan", "Send the first three", "Upload the other"]) {
      await window.until(
        label,
        (label: string) =>
          document.querySelector<HTMLElement>("[data-primary]:enabled")?.innerText.trim().startsWith(label) ??
          false,
        label,
      );
      await window.press("Control", "Enter");
    }
    const back = await lookElsewhere();
    await window.sees("The records are in Practice Zenskar");
    await until("the notification", () => Promise.resolve(heard.text().includes("The upload has ended")));
    expect(heard.text()).toContain("Brackwater billing history: all records are there.");
    back();
  } finally {
    heard.stop();
  }
});

/** Listens to what is said to the desktop's notifications, whether anybody shows them or not. */
async function listen(): Promise<{ text: () => string; stop: () => void }> {
  const rule = "interface='org.freedesktop.Notifications',member='Notify'";
  const monitor: ChildProcess = spawn("dbus-monitor", ["--session", rule], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  monitor.stdout?.on("data", (part: Buffer) => (text += part.toString()));
  await until("the monitor to listen", () => Promise.resolve(text.length > 0));
  return { text: () => text, stop: () => void monitor.kill() };
}
