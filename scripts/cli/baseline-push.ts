import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { MAX_BASELINE_BYTES } from '../../lib/contracts/baseline-limits';
import type { Baseline } from '../../lib/contracts/drift-baseline';
import { identify } from '../../lib/server/auth/identity';
import { getConfig } from '../../lib/server/config';
import { db } from '../../lib/server/db';
import { migrate } from '../../lib/server/db/migrate';
import { createBaseline } from '../../lib/server/drift/baseline-store';
import { AppError } from '../../lib/server/errors';
import { type Command, say, typedPath, UsageError } from './command';
import { readOptions } from './options';

/** Stores a file as the reference of a model: in the console at --url, or in the database of the configuration. */
export const baselinePush: Command = {
  async run(args) {
    const { values, positionals } = readOptions(
      args,
      {
        model: { type: 'string' },
        version: { type: 'string' },
        url: { type: 'string' },
        json: { type: 'boolean' },
      },
      1,
    );
    const [file] = positionals;
    if (file === undefined) throw new UsageError('Name the file: JSON or CSV, histograms or raw values.');
    if (values.model === undefined || values.model === '')
      throw new UsageError('Say of which model it is: --model NAME.');
    const path = typedPath(file);
    await refuseUnreadable(path);
    const asked = { model: values.model, version: values.version, fileName: basename(path) };
    const made = values.url === undefined ? await store(asked, path) : await send(values.url, asked, path);
    if (values.json) say(JSON.stringify(made));
    else {
      const of = made.version === null ? `every version of ${made.model}` : `${made.model} ${made.version}`;
      say(`Baseline of ${of}: ${made.features} features of ${Math.round(made.rows)} rows, SHA-256 ${made.sha256}.`);
      for (const note of made.notes) say(note);
    }
    return 0;
  },
};

interface Asked {
  model: string;
  version: string | undefined;
  fileName: string;
}

async function refuseUnreadable(path: string): Promise<void> {
  const { size } = await stat(path).catch((cause) => {
    throw new AppError(
      'not_found',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    );
  });
  if (size > MAX_BASELINE_BYTES) {
    throw new AppError(
      'too_large',
      `${path} has ${Math.round(size / 1e6)} MB; a baseline has at most ${MAX_BASELINE_BYTES / 1e6} MB. Send histograms instead of raw values, or a sample of the rows.`,
    );
  }
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path)) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

async function store(asked: Asked, path: string): Promise<Baseline> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await read(path));
  } catch (cause) {
    throw new AppError('bad_request', `${path} is not text in UTF-8; a baseline is JSON or CSV.`, { cause });
  }
  await migrate(getConfig().database.url);
  const database = db();
  try {
    const identity = identify(new Request('http://127.0.0.1/'));
    return await createBaseline(asked, text, { identity, nowMs: Date.now() }, database);
  } finally {
    await database.close();
  }
}

async function send(base: string, asked: Asked, path: string): Promise<Baseline> {
  if (!URL.canParse(base)) throw new UsageError(`--url: ${base} is not an address such as http://localhost:3000.`);
  const url = new URL(`${base.replace(/\/+$/, '')}/api/drift/baselines`);
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) url.searchParams.set(name, value);
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      body: await read(path),
      headers: { 'content-type': 'application/octet-stream' },
    });
  } catch (cause) {
    throw new AppError('upstream_unreachable', `The console at ${base} cannot be reached.`, { cause });
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as Baseline;
  const said = (body as { error?: { message?: unknown } } | null)?.error?.message;
  throw new AppError('bad_request', typeof said === 'string' ? said : `The console answered ${response.status}.`);
}
