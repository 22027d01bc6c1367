// The pages of rows behind the grid, by key: what comes after the last row of the page before costs the same at the end of a
// million rows as at the beginning. A jump passes over what lies between the nearest known page and the goal.
import type { IDatasource } from "ag-grid-community";
import type { Filter, ReviewRow, Spot } from "../../generated/bindings";
import { platform } from "../../lib/platform/platform";

export const PAGE = 200;

export function pages(filter: Filter, count: () => number, onfirst: (row: ReviewRow) => void): IDatasource {
  /** The last row before each index that begins a page. */
  const before = new Map<number, Spot>();
  return {
    getRows: ({ startRow, endRow, successCallback, failCallback }) => {
      const known = [...before.keys()].filter((index) => index <= startRow);
      const nearest = known.length > 0 ? Math.max(...known) : 0;
      const fetched = platform.reviewRows(
        filter,
        before.get(nearest) ?? null,
        startRow - nearest,
        endRow - startRow,
      );
      fetched.then(
        (rows) => {
          const [first, last] = [rows[0], rows.at(-1)];
          if (last && rows.length === endRow - startRow) before.set(endRow, last.spot);
          if (first && startRow === 0) onfirst(first);
          const isLast = rows.length < endRow - startRow;
          successCallback(rows, isLast ? startRow + rows.length : count());
        },
        () => failCallback(),
      );
    },
  };
}
