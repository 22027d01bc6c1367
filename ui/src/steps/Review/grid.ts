// The grid itself: AG Grid with the few parts that are used, dressed by the design's tokens, so that light and dark need no
// word here. Cells are made by hand, without any HTML from the data.
import {
  CellApiModule,
  CellStyleModule,
  RowStyleModule,
  ColumnApiModule,
  ColumnAutoSizeModule,
  InfiniteRowModelModule,
  LocaleModule,
  ModuleRegistry,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  ScrollApiModule,
  TextEditorModule,
  themeQuartz,
  type ColDef,
  type GridOptions,
  type ICellRendererParams,
} from "ag-grid-community";
import type { FieldKind, ReviewCell, ReviewDataset, ReviewRow } from "../../generated/bindings";
import { count } from "../../lib/format";
import { t } from "../../lib/text/text.svelte";
import { columnTitle, fileName } from "./names";
import { PAGE } from "./pages";

ModuleRegistry.registerModules([
  CellApiModule,
  CellStyleModule,
  RowStyleModule,
  ColumnApiModule,
  ColumnAutoSizeModule,
  InfiniteRowModelModule,
  LocaleModule,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  ScrollApiModule,
  TextEditorModule,
]);

const theme = themeQuartz.withParams({
  accentColor: "var(--accent)",
  backgroundColor: "var(--surface)",
  foregroundColor: "var(--text)",
  borderColor: "var(--hairline)",
  cellHorizontalPadding: 8,
  cellTextColor: "var(--text)",
  chromeBackgroundColor: "var(--paper)",
  columnBorder: false,
  dataFontSize: "0.8125rem",
  fontFamily: "var(--font-ui)",
  fontSize: "0.8125rem",
  headerBackgroundColor: "var(--paper)",
  headerColumnResizeHandleColor: "var(--hairline)",
  headerFontSize: "0.75rem",
  headerFontWeight: 500,
  headerHeight: 29,
  headerTextColor: "var(--text-3)",
  rowHoverColor: "var(--hover)",
  selectedRowBackgroundColor: "var(--accent-weak)",
  spacing: 4,
  wrapperBorder: false,
  wrapperBorderRadius: 0,
});

const RIGHT: readonly FieldKind[] = ["integer", "decimal"];
const MONO: readonly FieldKind[] = ["id", "slug"];
const ROOT_PX = 16;

/** What every grid of Review has; rows and columns come later. */
export function options(label: string): GridOptions<ReviewRow> {
  // Rows grow with the text, as everything else.
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / ROOT_PX || 1;
  return {
    theme,
    rowModelType: "infinite",
    cacheBlockSize: PAGE,
    maxBlocksInCache: 20,
    blockLoadDebounceMillis: 30,
    rowHeight: Math.round(30 * scale),
    headerHeight: Math.round(29 * scale),
    rowBuffer: 8,
    // As wide as base.css draws them: measured by the grid itself, it is sometimes too early.
    scrollbarWidth: Math.round(10 * scale),
    animateRows: false,
    readOnlyEdit: true,
    stopEditingWhenCellsLoseFocus: true,
    enterNavigatesVerticallyAfterEdit: true,
    suppressMovableColumns: true,
    suppressColumnVirtualisation: false,
    suppressDragLeaveHidesColumns: true,
    rowSelection: {
      mode: "singleRow",
      checkboxes: false,
      enableClickSelection: false,
    },
    overlayNoRowsTemplate: "<span></span>",
    getRowId: ({ data }) => `${data.spot.source}-${data.spot.row}`,
    rowClassRules: { "row-excluded": ({ data }) => Boolean(data?.excluded) },
    gridId: label,
    defaultColDef: { sortable: false, resizable: true, suppressHeaderMenuButton: true },
  };
}

/** Row, line, file, then the columns of the file: what names the record first, then the one that it is about. `inRange`
 * says which cells are chosen together. */
export function columns(
  dataset: ReviewDataset,
  about: string | null,
  inRange: (row: number, column: string) => boolean,
): ColDef<ReviewRow>[] {
  const [first] = dataset.files;
  const file: ColDef<ReviewRow> = {
    colId: "file",
    headerName: t("review.file"),
    width: 150,
    valueGetter: ({ data }) => fileName(dataset.files, data?.spot.source),
  };
  const narrow = (title: string): number =>
    Math.max(22 + 8 * count(dataset.rows).length, 20 + 7 * title.length);
  const fixed: ColDef<ReviewRow>[] = [
    {
      colId: "row",
      headerName: t("review.row"),
      width: narrow(t("review.row")),
      cellClass: "quiet-cell num",
      headerClass: "right-head",
      valueGetter: ({ data }) => (data ? count(data.spot.row) : ""),
    },
    {
      colId: "line",
      headerName: t("review.line"),
      width: narrow(t("review.line")),
      cellClass: "quiet-cell num",
      headerClass: "right-head",
      valueGetter: ({ data }) => (data ? count(data.line) : ""),
    },
  ];
  const inFile = dataset.columns.map((column, at): ColDef<ReviewRow> => {
    const title = columnTitle(column);
    const cell = (data: ReviewRow | undefined): ReviewCell | undefined => data?.cells[at];
    return {
      colId: column.field,
      headerName: title,
      headerTooltip: title,
      initialWidth: width(column.kind, title),
      editable: column.editable,
      cellEditor: "agTextCellEditor",
      valueGetter: ({ data }) => cell(data)?.text ?? "",
      cellRendererSelector: ({ data }) => {
        const shown = cell(data);
        return shown && (shown.mark || shown.was !== null)
          ? { component: marked, params: { cell: shown } }
          : undefined;
      },
      headerClass: RIGHT.includes(column.kind) ? "right-head" : "",
      cellClass: [
        RIGHT.includes(column.kind) ? "num" : "",
        MONO.includes(column.kind) ? "mono" : "",
        "data-cell",
      ].filter(Boolean),
      cellClassRules: {
        "cell-bad": ({ data }) => cell(data)?.mark === "error",
        "cell-doubtful": ({ data }) => cell(data)?.mark === "warning",
        "cell-noted": ({ data }) => cell(data)?.mark === "note",
        "cell-edited": ({ data }) => typeof cell(data)?.was === "string",
        "cell-chosen": ({ rowIndex }) => inRange(rowIndex, column.field),
      },
    };
  });
  const several = dataset.files.length > 1 || first?.by_hand;
  const order = (column: ColDef<ReviewRow>): number => {
    if (dataset.columns.some(({ field, identity }) => identity && field === column.colId)) return 0;
    return column.colId === about ? 1 : 2;
  };
  const inOrder = [...inFile].sort((one, other) => order(one) - order(other));
  return [...fixed, ...(several ? [file] : []), ...inOrder];
}

/** An icon where something is found, the old value struck where it was changed. */
function marked({ cell }: ICellRendererParams<ReviewRow> & { cell: ReviewCell }): HTMLElement {
  const element = document.createElement("span");
  element.className = "marked";
  if (cell.mark) {
    const icon = picture(ICONS[cell.mark]);
    icon.setAttribute("aria-label", t(`common.${cell.mark}`));
    icon.setAttribute("role", "img");
    element.append(icon);
  }
  if (cell.was !== null) {
    const was = document.createElement("s");
    was.textContent = cell.was || t("review.emptyCell");
    const arrow = document.createElement("span");
    arrow.className = "arrow";
    arrow.textContent = "→";
    element.append(was, arrow);
  }
  const text = document.createElement("span");
  text.className = "text";
  text.textContent = cell.text || (cell.mark || cell.was !== null ? t("review.emptyCell") : "");
  if (!cell.text) text.classList.add("nothing");
  element.append(text);
  return element;
}

/** The same pictures as everywhere, as paths on 24 × 24. */
const ICONS = {
  error: [
    "M2.586 16.726A2 2 0 0 1 2 15.312V8.688a2 2 0 0 1 .586-1.414l4.688-4.688A2 2 0 0 1 8.688 2h6.624a2 2 0 0 1 1.414.586l4.688 4.688A2 2 0 0 1 22 8.688v6.624a2 2 0 0 1-.586 1.414l-4.688 4.688a2 2 0 0 1-1.414.586H8.688a2 2 0 0 1-1.414-.586z",
    "m15 9-6 6",
    "m9 9 6 6",
  ],
  warning: [
    "m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3",
    "M12 9v4",
    "M12 17h.01",
  ],
  note: ["M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20", "M12 16v-4", "M12 8h.01"],
} as const;

function picture(paths: readonly string[]): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const looks = { viewBox: "0 0 24 24", width: "13", height: "13", fill: "none", stroke: "currentColor" };
  for (const [name, value] of Object.entries(looks)) svg.setAttribute(name, value);
  svg.setAttribute("stroke-width", "1.75");
  svg.setAttribute("stroke-linecap", "round");
  for (const d of paths) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

function width(kind: FieldKind, title: string): number {
  const usual: Partial<Record<FieldKind, number>> = {
    country: 90,
    currency: 58,
    boolean: 90,
    cadence: 96,
    date: 104,
    date_time: 170,
    decimal: 110,
    integer: 96,
    email: 210,
    id: 106,
  };
  return Math.min(280, Math.max(usual[kind] ?? 150, title.length * 7 + 24));
}
