import type { ChartTable } from '@/lib/charts/table';

const fileName = (title: string, ending: string): string =>
  `${
    title
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
      .replace(/^-+|-+$/g, '') || 'windsock'
  }.${ending}`;

function download(href: string, name: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}

/**
 * A table as CSV that no spreadsheet runs: text that begins like a formula gets an apostrophe (OWASP, CSV injection).
 * Numbers stay bare and whole; null is an empty cell.
 */
export async function toCsv(table: ChartTable): Promise<string> {
  // Loaded when first asked for: few readers of a page export it.
  const { default: papa } = await import('papaparse');
  const fields = table.columns.map((column) => column.label);
  return papa.unparse({ fields, data: table.rows.map((row) => [...row]) }, { escapeFormulae: /^\s*[=+\-@\t\r]/ });
}

/** Saves a table under a file name made from the title. Rejects where the CSV writer cannot be loaded. */
export async function downloadCsv(title: string, table: ChartTable): Promise<void> {
  const url = URL.createObjectURL(new Blob([await toCsv(table)], { type: 'text/csv;charset=utf-8' }));
  download(url, fileName(title, 'csv'));
  URL.revokeObjectURL(url);
}

/** Saves a PNG data URL; does nothing before the chart is drawn. */
export function downloadPng(title: string, dataUrl: string | null): void {
  if (dataUrl !== null) download(dataUrl, fileName(title, 'png'));
}
