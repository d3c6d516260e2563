import { resolve } from 'node:path';

/** One command of `npx windsock`. */
export interface Command {
  /** Does it; returns the exit code: 0 done, 1 it did not hold or could not be done. Throws UsageError for wrong words. */
  run(args: readonly string[]): Promise<number>;
}

/** Wrong words on the command line; ends with exit code 2 and the usage. */
export class UsageError extends Error {}

/** Where a command stands in the list: `name` as typed, and what comes after it. */
export interface CommandEntry {
  name: string;
  usage: string;
  summary: string;
  /** Loads the command, so that `--help` and the others need not wait for it. */
  load(): Promise<Command>;
}

/** An argument that names a file or folder, relative to where it was typed. */
export const typedPath = (path: string): string => resolve(process.env.WINDSOCK_TYPED_IN ?? process.cwd(), path);

/** A line for people, on standard output. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
