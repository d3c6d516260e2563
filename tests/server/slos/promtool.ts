import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WrittenSeries } from '../../remote-write';

/** Runs something in a folder of its own that holds these files. */
export function inFolder(files: Record<string, string>, run: (folder: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'windsock-rules-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What promtool says; throws when it ends with a fault. */
export const promtool = (folder: string, ...args: string[]): string =>
  execFileSync('promtool', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** A series as promtool's input names it. */
export const seriesText = ({ labels }: WrittenSeries): string => {
  const { __name__, ...own } = labels;
  return `${__name__}{${Object.entries(own)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}}`;
};

/** Values from an instant on in steps of 30 s, as promtool's input has them; `_` before a series begins. */
export function valuesFrom({ timesMs, values }: WrittenSeries, fromMs: number): string {
  const texts: string[] = [];
  let at = 0;
  while (at < timesMs.length && (timesMs[at] ?? 0) < fromMs) at += 1;
  for (let timeMs = fromMs; at < timesMs.length; timeMs += 30_000) {
    if ((timesMs[at] ?? 0) < timeMs + 30_000) {
      texts.push(String(values[at]));
      at += 1;
    } else texts.push('_');
  }
  return texts.join(' ');
}
