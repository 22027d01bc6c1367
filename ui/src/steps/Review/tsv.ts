// Tables as spreadsheets put them on the clipboard: cells parted by tabs, rows by line ends, quotes where a cell holds either.

export function write(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(quoted).join("\t")).join("\n");
}

export function read(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /("(?:[^"]|"")*"|[^\t\r\n]*)(\t|\r\n|\n|\r|$)/y;
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const [, value = "", end = ""] = cell.exec(text) ?? [];
    row.push(value.startsWith('"') && value.endsWith('"') && value.length > 1 ? unquoted(value) : value);
    if (end === "" && cell.lastIndex < text.length) break;
    if (end !== "\t") {
      rows.push(row);
      row = [];
    } else if (cell.lastIndex === text.length) {
      row.push("");
    }
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function quoted(cell: string): string {
  return /[\t\r\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function unquoted(cell: string): string {
  return cell.slice(1, -1).replaceAll('""', '"');
}
