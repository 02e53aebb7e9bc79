/** A table of texts: every row has a field for each column. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Columns padded to their widest field; fields that start like a number stand to the right. Lines end with LF. */
export function alignedTable(table: TextTable): string {
  const { columns, rows } = table;
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]!.length)));
  const toRight = columns.map((_, i) => rows.some((row) => /^[-+]?\d/.test(row[i]!)));
  const line = (fields: readonly string[]): string =>
    fields
      .map((field, i) => (toRight[i] ? field.padStart(widths[i]!) : field.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [columns, ...rows].map((fields) => `${line(fields)}\n`).join('');
}

/** The same as a GitHub-flavoured Markdown table. */
export function markdownTable(table: TextTable): string {
  const line = (fields: readonly string[]): string => `| ${fields.map((field) => field.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(table.columns), `|${' --- |'.repeat(table.columns.length)}\n`, ...table.rows.map(line)].join('');
}
