// The rows of Review as a person finds a way through them: other rows, the end, a place in the middle, one row.
import type { Window } from "./window.ts";

/** Shows other rows by the list above them: `from` is what it says now. */
export async function chooseRows(window: Window, from: string, to: string): Promise<void> {
  await window.click("button", `Rows shown: ${from}`);
  await window.click("option", to);
}

/** Shows the rows of a rule by a click on it. */
export async function chooseRule(window: Window, name: string): Promise<void> {
  await window.clickOn("[data-rule]", name);
}

/** Scrolls at once to where the row with this number from 0 stands first, as by dragging the scroll bar: as soon as the bar
 * reaches that far. */
export async function scrollTo(window: Window, index: number): Promise<void> {
  const scroll = (index: number): boolean => {
    const rows = document.querySelector(".ag-grid-viewport");
    const height = document.querySelector(".ag-row")?.getBoundingClientRect().height ?? Infinity;
    if (!rows || rows.scrollHeight < index * height) return false;
    rows.scrollTop = index * height;
    return true;
  };
  await window.until(`${index} rows to scroll`, scroll, index);
}

/** Waits until a row of the file is drawn with its cells. */
export async function seesRow(window: Window, row: number): Promise<void> {
  const drawn = (number: string): boolean =>
    [...document.querySelectorAll(".ag-row [col-id=row]")].some((cell) => cell.textContent === number);
  await window.until(`row ${row}`, drawn, row.toLocaleString("en"));
}

/** The text of one cell that is drawn. */
export function cell(window: Window, row: number, column: string): Promise<string> {
  const text = (number: string, column: string): string => {
    const cells = [...document.querySelectorAll(".ag-row [col-id=row]")];
    const found = cells.find((cell) => cell.textContent === number);
    return found?.closest(".ag-row")?.querySelector(`[col-id="${column}"]`)?.textContent ?? "";
  };
  return window.run(text, row.toLocaleString("en"), column);
}

/** Waits until the focus is in this row of the file. */
export async function seesFocusIn(window: Window, row: number): Promise<void> {
  const isThere = (number: string): boolean =>
    document.activeElement?.closest(".ag-row")?.querySelector("[col-id=row]")?.textContent === number;
  await window.until(`the focus in row ${row}`, isThere, row.toLocaleString("en"));
}
