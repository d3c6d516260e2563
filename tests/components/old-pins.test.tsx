// @vitest-environment happy-dom
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { act, cleanup, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EvidenceView } from '@/components/evidence/EvidenceView';
import { type EvidenceRead, FrozenDocument } from '@/lib/contracts/evidence';
import { EVIDENCE_KINDS } from '@/lib/contracts/evidence-kinds';
import { whysOf } from '@/lib/domain/evidence-why';
import { type PackedDocument, packDocument, unpackDocument } from '@/lib/server/evidence/document';
import { consoleApiAt, ok } from './console-api';
import { letChartsDraw } from './drawn-charts';
import { PageFrame } from './page-frame';

const ID = '6f0e1c7a-3a68-4a5b-9a56-0d6f8a2b1c3d';
const FOLDER = join(import.meta.dirname, '../fixtures/evidence');
const api = consoleApiAt(`/evidence/${ID}`);

/**
 * What each document says on the screen, with the text in its stored bytes that it comes from. A document that is added
 * gets a line here; one that is here stays.
 */
const SAYS: Readonly<Record<string, readonly (readonly [shown: string, stored: string])[]>> = {
  fleet: [
    ['churn_scorer has 2 alerts firing', '"churn_scorer"'],
    ['9.94', '9.942528735632184'],
  ],
  jobs: [
    ['churn_hourly_scoring', '"churn_hourly_scoring"'],
    ['24 508', '24507.93103448276'],
  ],
  changes: [['HighErrorRateFastBurn fires for fraud_detector', 'HighErrorRateFastBurn']],
  model: [
    ['in line with 2.3.0, as far as the buckets tell', '"in line with 2.3.0, as far as the buckets tell"'],
    ['7.91 /s', '7.9126436781609195'],
  ],
  requests: [['2.3.0 last 7.97 /s', '7.966666666666666']],
  errors: [['2.4.0 last 5.4 %', '0.053763440860215055']],
  latency: [['2.3.0 last 286 ms', '285.72222222222223']],
  heatmap: [['9 502 requests, most of them 150 ms to 200 ms', '[214,252,204,182,212']],
  stages: [['feature fetch last 95.8 ms', '95.77089036544844']],
  'stage-split': [['Mean time by stage: before 11:50 185 ms, after 11:50 184 ms', 'HighErrorRateFastBurn']],
  'in-flight': [['2.3.0 last 2, between 0 and 4', '3,1,1,1,2]']],
  metric: [['churn_scorer last 1.2, between 0.867 and 1.6', '0.8666666666666667']],
  'error-reasons': [['FeatureStoreTimeout: redis GET timed out after 200ms', 'redis GET timed out after 200ms']],
  comparison: [
    ['Roll back 2.4.0', '"kind":"roll-back"'],
    ['model.infer of 5088ba5e, 106 ms of 238 ms', '"5088ba5e'],
  ],
  'log-lines': [['feature_sample_account_age_days=1115.058', '1115.058']],
  'log-volume': [['8 531 info', '8531']],
  traces: [['2491f93c16e481f722c4c8f2ad177418', '"2491f93c16e481f722c4c8f2ad177418"']],
  trace: [
    ['model.infer holds 156 ms of its critical path', '156.024'],
    ['req-bf10c42cf3a8', '"req-bf10c42cf3a8"'],
  ],
  request: [
    ['req-bf10c42cf3a8 in 216 ms', '"req-bf10c42cf3a8"'],
    ['328.278', '328.278'],
  ],
  drift: [
    ['session_length_s', '"session_length_s"'],
    ['0.00348', '0.00348'],
  ],
  slos: [['least is left of fraud_detector latency: 96 %', '0.9558216197345115']],
  impact: [['151 (111 to 192)', '150.88863361299724']],
  alert: [
    ['fraud_detector burns its error budget 14.4 times too fast', 'burns its error budget 14.4 times too fast'],
    ['severity="critical"', '"severity":"critical"'],
  ],
  alerts: [['Over 2 % of the requests to fraud_detector fail', 'Over 2 % of the requests to fraud_detector fail']],
  readiness: [
    ['98 % of 500 sampled lines of gateway are JSON objects', 'of 500 sampled lines of gateway are JSON objects'],
  ],
};

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

/** The hashes that were recorded when the documents were frozen. */
const recorded = new Map(
  readFileSync(join(FOLDER, 'SHA256SUMS'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): [string, string] => [line.slice(66, -'.json'.length), line.slice(0, 64)]),
);

/** A document as the database would hold it. */
function stored(name: string): { text: string; packed: PackedDocument } {
  const bytes = readFileSync(join(FOLDER, `${name}.json`));
  const content = new Uint8Array(gzipSync(bytes));
  return {
    text: bytes.toString('utf8'),
    packed: { content, sizeBytes: bytes.length, sha256: recorded.get(name) ?? '' },
  };
}

/** What the console answers of a pin whose bytes these are. */
async function pinOf(packed: PackedDocument): Promise<EvidenceRead> {
  const { document, ...rest } = await unpackDocument(packed);
  if (document === null) throw new Error('damage' in rest ? rest.damage : 'damaged');
  const { kind, title, model, startMs, endMs, stepMs, isPartial, warnings, frozenAtMs, parts } = document;
  return {
    ...{ id: ID, kind, title, model, startMs, endMs, stepMs, isPartial, warnings, frozenAtMs, document },
    ...{ sha256: packed.sha256, sizeBytes: packed.sizeBytes, why: parts.flatMap(({ answer }) => whysOf(answer)) },
    path: parts[0]?.path ?? '',
    sources: ['prometheus'],
    frozenBy: { id: 'ana', name: 'Ana' },
    state: 'sound',
    damage: null,
  };
}

const spaced = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** All that a reader is told: text, and what pictures are called. */
const told = (element: Element): string => {
  const labels = [...element.querySelectorAll('[aria-label]')].map((each) => each.getAttribute('aria-label'));
  return spaced([element.textContent, ...labels].join(' · '));
};

async function draw(pin: EvidenceRead): Promise<HTMLElement> {
  api.answers[`GET /api/evidence/${ID}`] = ok(pin);
  render(
    <PageFrame>
      <EvidenceView id={ID} />
    </PageFrame>,
  );
  return screen.findByRole('article', { name: `Frozen: ${pin.title}` });
}

/** Drawn whole, of what was kept alone. */
async function expectDrawn(article: HTMLElement, says: readonly string[]): Promise<void> {
  await waitFor(() => {
    const text = told(article);
    expect(says.filter((each) => !text.includes(each))).toEqual([]);
  });
  // What a copy refuses is said a moment after what it holds.
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  expect(screen.queryAllByRole('alert').map(told)).toEqual([]);
  expect(told(article).match(/does not hold that|undefined|NaN/g)).toBeNull();
  const ways = [...article.querySelectorAll('a')].map((link) => link.getAttribute('href') ?? '');
  expect(ways.filter((way) => /undefined|null|NaN/.test(way))).toEqual([]);
  expect([...new Set(api.asked.map(({ path }) => path))]).toEqual([`/api/evidence/${ID}`]);
}

letChartsDraw();
afterEach(cleanup);

describe('a document that an earlier release stored', () => {
  it('is kept here of every kind of evidence, with its hash and what it says', () => {
    const without = EVIDENCE_KINDS.filter((kind) => !names.includes(kind));
    expect(without, 'kinds without a document in tests/fixtures/evidence').toEqual([]);
    expect([...recorded.keys()].sort()).toEqual(names.toSorted());
    expect(Object.keys(SAYS).sort()).toEqual(names.toSorted());
  });

  it.each(names)('%s: its hash verifies, and it is drawn with what it holds', async (name) => {
    const says = SAYS[name] ?? [];
    const { text, packed } = stored(name);
    expect(says.filter(([, source]) => !text.includes(source))).toEqual([]);
    const pin = await pinOf(packed);
    expect(name.split('.')[0]).toBe(pin.kind);
    await expectDrawn(
      await draw(pin),
      says.map(([shown]) => shown),
    );
  });

  // Of answers nothing is parsed anew: what a release adds to one is simply not there in what was stored before it.
  it.each([
    ['fleet', ['basis', 'isPending'], '5 features quiet'],
    ['model', ['basis', 'isPending'], '7.91 /s'],
    ['comparison', ['inferSpanId', 'tokens'], 'trace of 5088ba5e, 106 ms of 238 ms'],
    ['drift', ['referenceOwn'], 'session_length_s'],
  ])('%s is drawn as well from before there was %s', async (name, added, shown) => {
    const text = stored(name).text;
    const before: unknown = JSON.parse(text, (key, value) => (added.includes(key) ? undefined : value));
    expect(text.length, 'something was taken out').toBeGreaterThan(JSON.stringify(before).length);
    await expectDrawn(await draw(await pinOf(await packDocument(FrozenDocument.parse(before)))), [shown]);
  });

  it('of drift without what stood beside it tells what it holds, and that the time before was not kept', async () => {
    const document = FrozenDocument.parse(JSON.parse(stored('drift').text));
    const pin = await pinOf(await packDocument({ ...document, parts: document.parts.slice(0, 1) }));
    await expectDrawn(await draw(pin), ['over time: not kept in this copy', '0.00348']);
  });

  it('that no panel here can draw says so in its place, and the page around goes on', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const document = FrozenDocument.parse(JSON.parse(stored('readiness').text));
    const parts = document.parts.map((part) => ({ ...part, answer: {} }));
    const pin = await pinOf(await packDocument({ ...document, parts }));
    const article = await draw(pin);
    const failure = within(await within(article).findByRole('alert'));
    expect(failure.getByText(/cannot draw what it holds/)).toBeTruthy();
    expect(failure.getByRole('link', { name: 'can be read as JSON' }).getAttribute('href')).toBe(`/api/evidence/${ID}`);
    expect(within(article).getByText('hash verified')).toBeTruthy();
    logged.mockRestore();
  });
});
