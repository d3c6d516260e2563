/** A chart's numbers as rows: the table behind it, its CSV. Cells are raw values; null is "not measured". */
export interface ChartTable {
  columns: readonly { label: string; numeric: boolean }[];
  rows: readonly (readonly (string | number | null)[])[];
}
