// The whole journey in the real window, from Start to a closed tie-out on the sample files: once by mouse alone, once by
// keyboard alone. How long each took, and how many clicks or keys, is printed.
import { eachAtADesk } from "./desk.ts";
import type { Role, Window } from "./window.ts";

const desk = eachAtADesk();

/** Presses more than this on the way to one control are too many for anybody. */
const MOST_TABS = 40;
const MOST_PANES = 5;

test("by mouse alone", async () => {
  const window = await desk.start();
  await window.sees("Try it with sample files");
  const began = performance.now();
  let clicks = 0;
  const click = async (role: Role, name: string): Promise<void> => {
    clicks += 1;
    await window.click(role, name);
  };
  await click("button", "Try it with sample files");
  await click("radio", "Day first");
  await click("button", "Use “Day first”");
  await click("button", "Next question");
  await click("button", "Leave the rest");
  await click("button", "Check the rows");
  await window.sees("146 errors");
  await click("button", "Fix all 48 like this");
  await click("button", "Fix 48 rows");
  await window.sees("25 rules");
  await click("rule", "End date can be read two ways");
  await click("button", "Fix all 2 like this");
  await click("button", "Fix 2 rows");
  await window.sees("24 rules");
  await click("button", "Exclude the rest…");
  await click("button", "A mistake in the old system");
  await click("button", "Exclude 96 rows");
  await window.sees("96 rows were excluded.");
  await click("button", "Compare totals");
  await window.sees("4,318.60 too much");
  await click("button", "Exclude the 212 copies…");
  await click("button", "Exported twice by the old system");
  await click("button", "Exclude 212 rows");
  await window.sees("All control totals are closed");
  await click("button", "Upload");
  await click("button", "Make the plan");
  await click("button", "Send the first three");
  await window.sees("agree.");
  await click("button", "Upload the other 21,879");
  await window.sees("The records are in Practice Zenskar");
  await click("button", "Go to the report");
  await window.sees("Closed to the cent");
  expect(await window.run(() => document.querySelectorAll("main .status.error").length)).toBe(0);
  process.stdout.write(`by mouse: ${clicks} clicks, ${seconds(began)} s\n`);
});

test("by keyboard alone", async () => {
  const window = await desk.start();
  await window.sees("Try it with sample files");
  const began = performance.now();
  const hands = new Hands(window);

  await hands.tabTo("Try it with sample files");
  await hands.press("Enter");
  await window.sees("Which date order does this column have?");
  await hands.press("F7");
  await hands.isAt("Day first");
  await hands.press(" ");
  await hands.tabTo("Use “Day first”");
  await hands.press("Enter");
  await window.sees("1 question to answer");
  await hands.press("F7");
  await hands.isAt("“on call” is sent as: Choose…");
  await hands.tabTo("Leave the rest");
  await hands.press("Enter");
  await window.sees("Every required field is matched");
  await hands.press("Control", "Enter");

  await window.sees("146 errors");
  await hands.press("F8");
  await window.until("the cell", () => document.activeElement?.classList.contains("ag-cell") ?? false);
  await hands.press("F6");
  await hands.tabTo("Fix all 48 like this");
  await hands.press("Enter");
  await hands.isAt("Fix 48 rows");
  await hands.press("Enter");
  await window.sees("48 rows were corrected.");
  await hands.press("F6");
  await hands.tabTo("Filter rules");
  await window.type("two ways");
  await hands.tabTo("End date can be read two ways");
  await hands.press("Enter");
  await window.until("the cell", () => document.activeElement?.classList.contains("ag-cell") ?? false);
  await hands.press("F6");
  await hands.tabTo("Fix all 2 like this");
  await hands.press("Enter");
  await hands.isAt("Fix 2 rows");
  await hands.press("Enter");
  await window.sees("2 rows were corrected.");
  await hands.toFoot();
  await hands.tabTo("Exclude the rest…");
  await hands.press("Enter");
  await hands.isAt("Reason");
  await window.type("Broken in the old system");
  await window.sees("Exclude 96 rows");
  await hands.press("Enter");
  await window.sees("96 rows were excluded.");
  await hands.press("Control", "Enter");

  await window.sees("4,318.60 too much");
  await hands.tabTo("Exclude the 212 copies…");
  await hands.press("Enter");
  await hands.isAt("Reason");
  await window.type("The exports of 31 May overlap");
  await hands.press("Control", "Enter");
  await window.sees("All control totals are closed");
  await hands.press("Control", "Enter");

  await window.sees("Where do the records go?");
  await hands.primary("Make the plan");
  await hands.primary("Send the first three");
  await window.sees("agree.");
  await hands.primary("Upload the other 21,879");
  await window.sees("The records are in Practice Zenskar");
  await hands.primary("Go to the report");
  await window.sees("Closed to the cent");
  process.stdout.write(`by keyboard: ${hands.keys} keys, ${seconds(began)} s\n`);
});

/** Two hands on a keyboard: every key goes to what has the focus, and where that is must be seen. */
class Hands {
  keys = 0;

  constructor(private readonly window: Window) {}

  async press(...keys: string[]): Promise<void> {
    this.keys += keys.length;
    await this.window.press(...keys);
    await this.isSeen();
  }

  /** Goes on with Tab until the focus is on what begins with `name`. */
  async tabTo(name: string): Promise<void> {
    for (let tabs = 0; tabs <= MOST_TABS; tabs += 1) {
      if ((await this.window.focused()).startsWith(name)) return this.isSeen();
      await this.press("Tab");
    }
    throw new Error(`${MOST_TABS} tabs did not lead to “${name}”; now at “${await this.window.focused()}”`);
  }

  /** Goes round the panes to the foot. */
  async toFoot(): Promise<void> {
    const isThere = (): boolean => document.activeElement?.closest("footer") !== null;
    for (let panes = 0; panes < MOST_PANES && !(await this.window.run(isThere)); panes += 1)
      await this.press("F6");
  }

  /** Waits until the focus is there by itself. */
  async isAt(name: string): Promise<void> {
    await this.window.until(
      `the focus on “${name}”`,
      (name: string) => {
        const element = document.activeElement as HTMLInputElement | null;
        const said = element?.getAttribute("aria-label") ?? element?.labels?.[0]?.textContent;
        return (said ?? element?.textContent ?? "").trim().startsWith(name);
      },
      name,
    );
    await this.isSeen();
  }

  /** Presses the primary button by its key, once it says this and can be pressed. */
  async primary(label: string): Promise<void> {
    await this.window.until(
      `“${label}”`,
      (label: string) =>
        document.querySelector<HTMLElement>("[data-primary]:enabled")?.innerText.trim() === label,
      label,
    );
    await this.press("Control", "Enter");
  }

  /** The focus is on the screen itself, or on a control with a ring or an edge that only focus draws. */
  private async isSeen(): Promise<void> {
    await this.window.until("a focus that can be seen", () => {
      const element = document.activeElement as HTMLElement | null;
      if (!element || element === document.body) return false;
      if (element.tabIndex < 0) return true;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const isRinged = (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
      const around = element.closest(".box, .choice, .ag-cell");
      const isInRing = around !== null && getComputedStyle(around).outlineStyle !== "none";
      return box.width > 0 && box.bottom > 0 && box.top < innerHeight && (isRinged || isInRing);
    });
  }
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}
