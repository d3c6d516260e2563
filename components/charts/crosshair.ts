/** The instant the reader points at, for every chart of the page: a line in each, drawn without asking ECharts again. */
let atMs: number | null = null;
const listeners = new Set<(atMs: number | null) => void>();

export const crosshair = {
  subscribe(listener: (atMs: number | null) => void): () => void {
    listeners.add(listener);
    listener(atMs);
    return () => listeners.delete(listener);
  },
  point(next: number | null): void {
    if (next === atMs) return;
    atMs = next;
    for (const listener of listeners) listener(atMs);
  },
};
