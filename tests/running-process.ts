import { type ChildProcess, spawn } from 'node:child_process';

export interface RunningProcess {
  child: ChildProcess;
  /** What it printed so far, for a failure's message. */
  output: () => string;
  stop: () => Promise<void>;
}

/** Starts a command and waits until `url` answers 2xx; throws with the command's output when it does not in time. */
export async function startAndWait(options: {
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  url: string;
  timeoutMs?: number;
}): Promise<RunningProcess> {
  const child = spawn(options.command, [...options.args], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const keep = (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  };
  const deadline = performance.now() + (options.timeoutMs ?? 60_000);
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${options.command} ended with ${child.exitCode}:\n${printed}`);
    const answered = await fetch(options.url, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return { child, output: () => printed, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`${options.url} did not answer in time:\n${printed}`);
}
