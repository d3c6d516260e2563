import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DELETE } from '@/app/api/drift/baselines/[id]/route';
import { GET, POST } from '@/app/api/drift/baselines/route';
import { GET as drift } from '@/app/api/drift/route';
import { MAX_BASELINE_BYTES } from '@/lib/contracts/baseline-limits';
import { DriftReport } from '@/lib/contracts/drift';
import { Baseline, BaselineList } from '@/lib/contracts/drift-baseline';
import { ErrorBody } from '@/lib/contracts/error';
import { getConfig } from '@/lib/server/config';
import { db } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { call, type Lab, NOW_MS, startLab, useConfig } from './console';

const HOUR_MS = 3_600_000;
let lab: Lab;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(4 * HOUR_MS);
  useConfig(`sources:\n  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }\n`);
  await migrate(getConfig().database.url);
}, 120_000);

afterAll(async () => {
  await db().close();
  await lab.close();
  vi.useRealTimers();
});

const send = (query: string, body: BodyInit, headers: Record<string, string> = {}) =>
  POST(
    new Request(`http://127.0.0.1/api/drift/baselines?${query}`, {
      method: 'POST',
      body,
      headers,
      duplex: 'half',
    } as RequestInit),
  );
const list = async () => BaselineList.parse((await call(GET, { query: { model: 'reco' } })).body).baselines;
const audited = () =>
  db().read((client) => client.auditEntry.count({ where: { action: { startsWith: 'baseline.' } } }));
const report = async (query: Record<string, string> = {}) =>
  DriftReport.parse(
    (await call(drift, { query: { model: 'reco', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS, ...query } })).body,
  );

/** `amount` as the lab's training has it, but for its scale. */
const CSV =
  'feature,le,count\namount,5,1\namount,10,2\namount,20,3\namount,40,5\namount,80,30\namount,160,200\namount,320,900\namount,640,990\namount,1280,999\namount,+Inf,1000\n';

describe('an uploaded baseline', () => {
  it('is kept with who, when and its hash, and is what the inputs are held against', async () => {
    const response = await send('model=reco&version=2.4.0&fileName=train.csv', CSV, { 'content-type': 'text/csv' });
    const made = Baseline.parse(await response.json());
    expect(made).toMatchObject({
      sha256: createHash('sha256').update(CSV).digest('hex'),
      format: 'csv-histogram',
      features: 1,
      rows: 1000,
      fileName: 'train.csv',
      createdAtMs: NOW_MS,
      isReplaced: false,
    });
    const found = await report({ version: '2.4.0' });
    expect(found.reference).toMatchObject({ kind: 'upload', baselineId: made.id });
    expect(found.features.find(({ feature }) => feature === 'amount')).toMatchObject({
      state: 'drifted',
      n: { reference: 1000 },
    });
    expect((await report({ version: '2.3.1' })).reference.kind).toBe('training');
    expect((await report({ version: '2.4.0', against: 'training' })).reference.kind).toBe('training');
  });

  it('of the whole model stands in for versions without their own; the same file again is the same baseline', async () => {
    const again = async () => Baseline.parse(await (await send('model=reco', CSV)).json());
    const [first, second] = [await again(), await again()];
    expect(second.id).toBe(first.id);
    expect(first.version).toBeNull();
    expect((await report({ version: '2.3.1' })).reference.kind).toBe('upload');
    expect((await list()).filter(({ version }) => version === null)).toHaveLength(1);
  });

  it('takes the place of the one before it, which stays in the list', async () => {
    const newer = CSV.replace('amount,5,1\n', 'amount,5,0\n');
    vi.setSystemTime(NOW_MS + 1_000);
    const made = Baseline.parse(await (await send('model=reco&version=2.4.0', newer)).json());
    const own = (await list()).filter(({ version }) => version === '2.4.0');
    expect(own.map(({ id, isReplaced }) => [id === made.id, isReplaced])).toEqual([
      [true, false],
      [false, true],
    ]);
    vi.setSystemTime(NOW_MS + 2_000);
    // The first file once more: it is in force again, and no third row.
    await send('model=reco&version=2.4.0', CSV);
    const after = (await list()).filter(({ version }) => version === '2.4.0');
    expect(after).toHaveLength(2);
    expect(after[0]?.sha256).toBe(createHash('sha256').update(CSV).digest('hex'));
    vi.setSystemTime(NOW_MS);
  });

  it('may come as a form with a file', async () => {
    const form = new FormData();
    form.set('file', new File(['{"features":{"amount":[1,2,3]}}'], 'values.json'));
    const made = Baseline.parse(await (await send('model=reco&version=9', form)).json());
    expect(made).toMatchObject({ format: 'json-values', fileName: 'values.json', rows: 3 });
  });

  it('is removed, with an entry in the audit for each change', async () => {
    const before = await audited();
    const [gone] = (await list()).filter(({ version }) => version === '9');
    const remove = (id: string) =>
      DELETE(new Request(`http://127.0.0.1/x/${id}`, { method: 'DELETE' }), { params: Promise.resolve({ id }) });
    expect((await remove(gone?.id ?? '')).status).toBe(204);
    expect((await remove(gone?.id ?? '')).status).toBe(404);
    expect(await audited()).toBe(before + 1);
  });
});

describe('a bad file', () => {
  it.each([
    ['a wrong header', 'feature,count\na,1\n', 400, /neither a column le/],
    ['a negative count', 'feature,le,count\na,1,-1\na,+Inf,1\n', 400, /Line 2: the count -1 is negative/],
    ['NaN for a count', 'feature,le,count\nb,1,1\nb,+Inf,2\na,1,NaN\n', 400, /Line 4: the count "NaN"/],
    ['no text at all', new Uint8Array([0xff, 0xfe, 0x00, 0xd8]), 400, /not text in UTF-8/],
    ['nothing', '', 400, /empty/],
  ])('with %s is refused with a sentence, and nothing of it is stored', async (_name, body, status, message) => {
    const [rows, entries] = [(await list()).length, await audited()];
    const response = await send('model=reco&version=bad', body);
    expect(response.status).toBe(status);
    expect(ErrorBody.parse(await response.json()).error.message).toMatch(message);
    expect([(await list()).length, await audited()]).toEqual([rows, entries]);
  });

  it('of 500 MB is refused before it is read, by its length or, where that lies, at the bound', async () => {
    const declared = await send('model=reco', 'x', { 'content-length': '500000000' });
    expect(declared.status).toBe(413);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1_000_000;
        if (sent > 500_000_000) controller.close();
        else controller.enqueue(new Uint8Array(1_000_000).fill(49));
      },
    });
    const response = await send('model=reco', endless, { 'content-type': 'text/csv' });
    expect(response.status).toBe(413);
    expect(ErrorBody.parse(await response.json()).error.message).toMatch(/at most 20 MB/);
    expect(sent).toBeLessThan(MAX_BASELINE_BYTES + 3_000_000);
  });

  it('with __proto__ for a feature keeps it as a feature', async () => {
    const made = Baseline.parse(
      await (
        await send('model=reco&version=proto', '{"features":{"__proto__":{"categories":{"a":900}},"amount":[1]}}')
      ).json(),
    );
    expect(made.features).toBe(2);
    const found = await report({ version: 'proto' });
    expect(found.reference.kind).toBe('upload');
  });

  it('needs a model, and a right that a token without it lacks', async () => {
    expect((await send('version=1', CSV)).status).toBe(400);
    const foreign = await send('model=reco', CSV, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
  });
});
