import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PredictionRecord, StoryTimeline } from '@/lib/contracts/request-story';
import { nowhere, storyAnswer, type Told } from '@/lib/domain/request-story';
import { storyGuide } from '@/lib/domain/request-story-guide';
import { toRecord } from '@/lib/domain/request-story-record';
import { answeredBy, replayAnswer } from '@/lib/domain/request-story-replay';
import { furtherMs, searchWindows } from '@/lib/domain/request-story-windows';

const DAY = 86_400_000;
const NOW = 1_795_243_296_000;
const same = (name: string) => name;

const RECORD: PredictionRecord = {
  model: 'fraud_detector',
  version: '2.4.0',
  status: 'ok',
  error: null,
  label: 'fraud',
  score: 0.91,
  confidence: 0.91,
  segment: 'free',
  service: 'fraud-api',
  route: '/predict',
  latencyMs: 412,
  latencyFrom: 'log',
  features: [{ name: 'amount', value: 900 }],
  featuresCount: 45,
  imputed: [],
  sampled: true,
};
const TOLD: Told = {
  requestId: 'req-1',
  traceId: null,
  record: RECORD,
  role: null,
  place: null,
  features: null,
  similar: null,
  noTrace: null,
  noLines: null,
};
const text = (answer: ReturnType<typeof storyAnswer>) =>
  answer
    .map(({ parts }) => parts.map((part) => part.text).join(''))
    .join('\n')
    .replaceAll('\u202f', ' ');

describe('the answer of a request', () => {
  it('says who answered, how long it took, where that lies, and with what', () => {
    const told = { ...TOLD, role: 'challenger' as const, place: { low: 0.97, high: 0.991 } };
    expect(text(storyAnswer(told))).toBe(
      'fraud_detector 2.4.0 (challenger then) answered req-1 in 412 ms (slower than at least 97 % of its requests that hour) with label fraud, 0.91, confidence 0.91.',
    );
    expect(storyAnswer(told)[0]?.status).toBe('watch');
  });

  it('says nothing of a place that buckets do not tell', () => {
    expect(text(storyAnswer({ ...TOLD, place: { low: 0.2, high: 0.7 } }))).toContain(
      'between 20 % and 70 % of its requests that hour were as fast or faster',
    );
    expect(text(storyAnswer(TOLD))).not.toContain('that hour');
  });

  it('names the failure, and one like it that went well', () => {
    const similar = {
      rows: [{ id: 'req-2', traceId: null, sampled: null, atMs: 5, latencyMs: 1, label: null, score: null }],
      how: '',
      gaps: [],
      why: [],
    };
    const record = { ...RECORD, status: 'error' as const, error: 'Timeout: redis', label: null, score: null };
    const answer = storyAnswer({ ...TOLD, record, similar });
    expect(text(answer)).toContain('failed on req-1 after 412 ms: Timeout: redis.');
    expect(answer[1]?.parts[1]).toMatchObject({ text: 'req-2', to: '/requests/req-2?at=5' });
  });

  it('names unusual inputs and does not call the others fine', () => {
    const row = { place: null, distribution: null, against: 'training' };
    const features = [
      { ...row, name: 'amount', value: 900, verdict: 'unusual' as const, words: 'above at least 99.8 % of training' },
      { ...row, name: 'x', value: 1, verdict: 'usual' as const, words: '' },
    ];
    const said = text(storyAnswer({ ...TOLD, features }));
    expect(said).toContain('amount = 900 is unusual: above at least 99.8 % of training.');
    expect(said).not.toContain('lie where');
    const unknown = [{ ...row, name: 'x', value: 1, verdict: 'unknown' as const, words: '' }];
    expect(text(storyAnswer({ ...TOLD, features: unknown })).split('\n')).toHaveLength(1);
  });

  it('counts only what is surely usual as usual', () => {
    const row = { place: null, distribution: null, against: 'training', words: '' };
    const features = [
      { ...row, name: 'a', value: 1, verdict: 'usual' as const },
      { ...row, name: 'b', value: 2, verdict: 'unsure' as const },
    ];
    expect(text(storyAnswer({ ...TOLD, features }))).toContain('1 of 2 logged inputs lie where such values usually do');
    const unsure = features.slice(1);
    expect(text(storyAnswer({ ...TOLD, features: unsure })).split('\n')).toHaveLength(1);
  });

  it('holds with nothing known at all', () => {
    const record: PredictionRecord = { ...toRecord([], null, same, same) };
    const answer = storyAnswer({ ...TOLD, requestId: null, traceId: 'abc', record, noLines: 'No Loki is configured.' });
    expect(text(answer)).toContain('A service that names no model was part of trace abc');
    expect(answer[0]?.status).toBe('unknown');
  });
});

describe('the record of a prediction', () => {
  const line = (fields: Record<string, unknown>) => ({ ns: '1', fields, labels: {} });

  it('reads the line of the prediction, whatever stands around it', () => {
    const record = toRecord(
      [
        line({ event: 'redis_timeout', status: 'error', service: 'feature-store' }),
        line({
          event: 'prediction_completed',
          model_name: 'm',
          model_version: '1',
          status: 'ok',
          latency_ms: 12,
          prediction: { label: 'a', score: 0.5 },
          feature_sample: { x: 1, y: null },
        }),
        line({ event: 'feature_missing', feature: 'y', imputed: 'median' }),
      ],
      null,
      same,
      same,
    );
    expect(record).toMatchObject({
      model: 'm',
      version: '1',
      status: 'ok',
      label: 'a',
      score: 0.5,
      latencyMs: 12,
      imputed: [{ name: 'y', by: 'median' }],
    });
    expect(record.features).toEqual([
      { name: 'x', value: 1 },
      { name: 'y', value: null },
    ]);
  });

  it('reads the root span where there is no line', () => {
    const root = {
      attributes: { model_name: 'm', model_version: '2' },
      serviceName: 'gateway',
      name: 'POST /predict',
      durationMs: 33,
      isError: true,
      message: 'boom',
    };
    expect(toRecord([], root, same, same)).toMatchObject({
      model: 'm',
      version: '2',
      status: 'error',
      error: 'boom',
      latencyMs: 33,
      latencyFrom: 'trace',
    });
  });

  it('follows the names of the configuration', () => {
    const renamed = (name: string) => (name === 'model_version' ? 'ver' : name);
    expect(toRecord([line({ event: 'predict', latency_ms: 1, ver: '9' })], null, renamed, same).version).toBe('9');
  });

  it('law: whatever lines hold, a record is made, and no number in it is NaN or infinite', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.dictionary(
            fc.constantFrom(
              'prediction',
              'status',
              'latency_ms',
              'event',
              'score',
              'feature_sample',
              'error',
              'features_count',
            ),
            fc.jsonValue(),
          ),
        ),
        (lines) => {
          const { latencyMs, score, confidence } = toRecord(lines.map(line), null, same, same);
          for (const number of [latencyMs, score, confidence])
            expect(number === null || Number.isFinite(number)).toBe(true);
        },
      ),
    );
  });
});

describe('the guide of a wrong prediction', () => {
  const timeline: StoryTimeline = { startMs: 0, endMs: 1, entries: [], cut: [] };
  const facts = {
    record: RECORD,
    timeline,
    atMs: NOW,
    fetchMs: null,
    features: null,
    deployment: null,
    conditions: null,
  };

  it('says unknown where nothing was measured, and ok nowhere by default', () => {
    const bare = { ...facts, record: { ...RECORD, features: [], version: null, confidence: null, score: null } };
    expect(new Set(storyGuide(bare).map(({ status }) => status))).toEqual(new Set(['unknown']));
  });

  it('ticks what data ticks', () => {
    const steps = storyGuide({
      ...facts,
      fetchMs: 200,
      conditions: { drift: { status: 'watch', word: 'amount drifted' }, fetchMeanMs: 30, pipelines: [] },
      deployment: {
        gaps: [],
        why: [],
        missing: null,
        startMs: 0,
        endMs: NOW,
        role: 'challenger',
        versions: [{ version: '2.4.0', role: 'challenger', share: 0.2 }],
        events: [
          {
            id: 'v',
            kind: 'version',
            atMs: NOW - 60_000,
            endMs: null,
            model: 'fraud_detector',
            version: '2.4.0',
            text: '2.4.0 first traffic',
            author: null,
            href: null,
          },
        ],
      },
    });
    const state = Object.fromEntries(steps.map(({ id, status, word }) => [id, `${status}: ${word}`]));
    expect(state).toMatchObject({
      version: 'watch: changed shortly before',
      features: 'watch: slow fetch',
      drift: 'watch: amount drifted',
      confidence: 'ok: clear of the threshold',
    });
  });

  it('names failed spans and error lines once each', () => {
    const span = {
      kind: 'span' as const,
      key: 's',
      atMs: 0,
      durationMs: 200,
      service: 'fraud-api',
      name: 'feature_store.get_features',
      spanId: 's',
      depth: 1,
      stage: 'feature_fetch',
      isError: true,
      message: 'redis GET timed out',
    };
    const steps = storyGuide({ ...facts, timeline: { ...timeline, entries: [span, { ...span, key: 't' }] } });
    expect(steps.find(({ id }) => id === 'errors')).toMatchObject({
      status: 'watch',
      evidence: [expect.stringContaining('redis GET timed out')],
    });
    expect(steps.find(({ id }) => id === 'features')).toMatchObject({ status: 'bad' });
  });
});

describe('where is looked', () => {
  it('widens from now, newest first, without a gap and without looking twice', () => {
    const windows = searchWindows({ nowMs: NOW, backMs: 30 * DAY, atMs: null });
    expect(windows[0]).toMatchObject({ startMs: NOW - 3_600_000, endMs: NOW });
    for (const [index, window] of windows.entries()) {
      expect(window.endMs).toBe(index === 0 ? NOW : windows[index - 1]?.startMs);
      expect(window.endMs - window.startMs).toBeLessThanOrEqual(7 * DAY);
    }
    expect(windows.at(-1)?.startMs).toBe(NOW - 30 * DAY);
  });

  it('looks around a known time first', () => {
    const [first] = searchWindows({ nowMs: NOW, backMs: DAY, atMs: NOW - 20 * DAY });
    expect(first).toMatchObject({ startMs: NOW - 20 * DAY - 3_600_000, endMs: NOW - 20 * DAY + 3_600_000 });
  });

  it('says of an id that is nowhere where it is not, and which source could not say', () => {
    const found = nowhere({
      id: 'req-x',
      kinds: ['a request id'],
      looked: [
        { source: 'Loki', backToMs: NOW - 7 * DAY, words: 'searched', failed: false },
        { source: 'Tempo', backToMs: null, words: 'not reachable', failed: true },
      ],
      backMs: 7 * DAY,
      hasLoki: true,
      hasTempo: true,
    });
    expect(text(found.answer)).toContain('not found so far: looked in Loki back to 2026-11-14');
    expect(text(found.answer)).toContain('Tempo could not be searched');
    expect(found.furtherMs).toBe(30 * DAY);
    expect(furtherMs(400 * DAY)).toBeNull();
  });
});

describe('a replay', () => {
  const replay = (after: { label: string | null; score: number | null }, status = 200) =>
    replayAnswer({ before: { label: 'fraud', score: 0.91 }, after, status, elapsedMs: 5 })[0];

  it.each([
    ['the same', { label: 'fraud', score: 0.91 }, 'ok', 'the same now'],
    ['another score', { label: 'fraud', score: 0.8 }, 'watch', 'Same label'],
    ['another label', { label: 'legit', score: 0.1 }, 'watch', 'legit instead of fraud'],
    ['nothing readable', { label: null, score: null }, 'unknown', 'no label or score'],
  ])('tells %s', (_name, after, status, words) => {
    expect(replay(after)).toMatchObject({ status });
    expect(replay(after)?.parts[0]?.text).toContain(words);
  });

  it('does not compare a refusal', () => {
    expect(replay({ label: 'fraud', score: 0.91 }, 503)?.parts[0]?.text).toContain('503');
  });

  it('reads label and score where models put them', () => {
    expect(answeredBy({ prediction: { label: 'a', score: 1 } })).toEqual({ label: 'a', score: 1 });
    expect(answeredBy({ predictions: [{ label: 'b', score: '0.5' }] })).toEqual({ label: 'b', score: 0.5 });
    expect(answeredBy({ score: 0.2 })).toEqual({ label: null, score: 0.2 });
    expect(answeredBy('text')).toEqual({ label: null, score: null });
  });
});
