import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProcess } from '../server/writers';

let bundle: Awaited<ReturnType<typeof bundleProcess>>;
beforeAll(async () => {
  bundle = await bundleProcess('lab/main.ts');
});
afterAll(() => bundle.remove());

/** Runs the lab's command until it ends or prints `until`, then ends it. */
function run(
  args: string[],
  environment: Record<string, string> = {},
  until?: string,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, ...environment } });
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (until !== undefined && output.includes(until)) child.kill('SIGTERM');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

describe('the command of the lab', () => {
  it.each([
    ['a port that is none', ['--port', 'http'], 'the port must be a whole number from 0 to 65535, not "http".'],
    ['a port too high', ['--port', '70000'], 'the port must be a whole number from 0 to 65535, not "70000".'],
    ['a directory that is not there', ['--data', '/nowhere'], 'there is no directory /nowhere.'],
    ['a directory without data', ['--data', 'docs'], 'docs/metrics.om cannot be read (ENOENT)'],
    ['an option that is none', ['--prot', '1'], '--prot'],
  ])('refuses %s in one sentence', async (_, args, sentence) => {
    const { code, output } = await run([bundle.file, ...args]);
    expect(code).toBe(1);
    expect(output).toContain(sentence);
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  it('serves a directory on a free port, says where, and ends when asked', async () => {
    const { code, output } = await run(
      // As `npm run lab` starts it.
      ['--import', 'tsx', 'lab/main.ts', '--data', 'tests/fixtures/corpus/data'],
      { LAB_PORT: '0' },
      'ready on',
    );
    expect(output).toMatch(/^lab: ready on http:\/\/127\.0\.0\.1:\d+ after \d+\.\d s\n$/);
    expect(code).toBe(0);
  });
});
