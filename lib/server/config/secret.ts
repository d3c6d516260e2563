import 'server-only';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Secret } from './values';

/** What is gathered while a file is read, so that all of its faults are told at once. */
export interface Findings {
  file: string;
  env: NodeJS.ProcessEnv;
  problems: string[];
  warnings: string[];
  /** Texts that the environment gave, wholly or in part: they do not stand in the file. */
  given: Set<string>;
}

/** A secret's text; one that cannot be had becomes a problem and is empty. */
export function readSecret(secret: Secret, path: string, found: Findings): string {
  if (typeof secret === 'string') {
    if (!found.given.has(secret)) {
      found.warnings.push(
        `${path} holds a secret in plain text; {env: NAME} or {file: PATH} keeps it out of the file.`,
      );
    }
    return secret;
  }
  if ('env' in secret) {
    const value = found.env[secret.env];
    if (!value) found.problems.push(`${path}.env: the environment variable ${secret.env} is not set`);
    return value ?? '';
  }
  try {
    const value = readFileSync(resolve(dirname(found.file), secret.file), 'utf8').trim();
    if (value === '') found.problems.push(`${path}.file: ${secret.file} is empty`);
    return value;
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    found.problems.push(`${path}.file: ${secret.file} cannot be read (${reason})`);
    return '';
  }
}
