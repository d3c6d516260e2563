import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/** Evaluates the recording rules of a file over what a server has measured, into blocks under `data`. */
export const recordHistory = (
  rules: string,
  { url, startMs, endMs, data }: { url: string; startMs: number; endMs: number; data: string },
): string =>
  inFolder({ 'rules.yml': rules }, (folder) =>
    promtool(
      folder,
      ...['tsdb', 'create-blocks-from', 'rules', '--quiet', `--url=${url}`, `--output-dir=${data}`],
      ...[`--start=${Math.floor(startMs / 1000)}`, `--end=${Math.floor(endMs / 1000)}`, '--eval-interval=30s'],
      'rules.yml',
    ),
  );
