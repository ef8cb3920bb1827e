// CSV for people's spreadsheets. https://datatracker.ietf.org/doc/html/rfc4180

// Spreadsheets run cells that begin so: https://owasp.org/www-community/attacks/CSV_Injection
const FORMULA = /^[=+\-@\t\r]/;
// Without it, Excel reads UTF-8 as the code page of the system.
const BYTE_ORDER_MARK = "\uFEFF";

/** Write rows as CSV; no cell can act as a formula. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return BYTE_ORDER_MARK + rows.map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

function cellOf(text: string): string {
  const shown = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
