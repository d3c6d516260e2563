import { describe, expect, it } from 'vitest';
import type { SourcesReport } from '@/lib/contracts/source';
import { sourcesAnswer } from '@/lib/domain/sources-answer';

const source = (name: string, status: 'ok' | 'bad', word: string): SourcesReport['sources'][number] => ({
  name,
  kind: 'prometheus',
  url: 'http://prometheus:9090',
  status,
  word,
  flavour: 'Prometheus',
  version: '3.5.0',
  elapsedMs: 4,
  checkedAtMs: 0,
});

const signal = (name: string, present: boolean | null): SourcesReport['signals'][number] => ({
  signal: name,
  metric: name,
  labels: [],
  present,
  series: present ? 2 : present === null ? null : 0,
  origin: 'preset',
});

const report = (patch: Partial<SourcesReport>): SourcesReport => ({
  sources: [],
  preset: { id: 'windsock', product: 'Windsock contract', foundBy: 'found by inference_requests_total' },
  alsoFound: [],
  signals: [],
  missing: [],
  configPath: null,
  ...patch,
});

const sentences = (patch: Partial<SourcesReport>) =>
  sourcesAnswer(report(patch)).map(({ status, parts }) => `${status}: ${parts.map((part) => part.text).join('')}`);

describe('the sentence of Settings → Sources', () => {
  it('says that nothing is configured, and what to do', () => {
    expect(sentences({})).toEqual(['unknown: No source is configured. Name at least a Prometheus in windsock.yaml.']);
  });

  it('puts a source that does not answer before those that do', () => {
    expect(
      sentences({
        sources: [
          source('Prometheus', 'ok', 'answers in 4 ms'),
          source('Loki', 'bad', 'refuses connections: is it running?'),
          source('Tempo', 'ok', 'answers in 2 ms'),
        ],
      }),
    ).toEqual(['bad: Loki refuses connections: is it running?', 'ok: Prometheus and Tempo answer.']);
  });

  it('names a source once, whose words name it themselves', () => {
    expect(sentences({ sources: [source('Loki', 'bad', 'Loki cannot be reached: nothing listens.')] })).toEqual([
      'bad: Loki cannot be reached: nothing listens.',
    ]);
  });

  it('counts the signals that are there and names what is not measured', () => {
    expect(
      sentences({
        sources: [source('Prometheus', 'ok', 'answers in 4 ms')],
        signals: [signal('requests', true), signal('latency', false)],
        missing: [{ signal: 'latency', reason: 'no series', remedy: null }],
      }),
    ).toEqual([
      'ok: Prometheus answers.',
      'watch: 1 of 2 signals are there by the map of Windsock contract (found by inference_requests_total). Not measured: latency.',
    ]);
  });

  it('claims nothing of signals that could not be asked for', () => {
    expect(
      sentences({ sources: [source('Prometheus', 'bad', 'is down')], signals: [signal('requests', null)] }),
    ).toEqual(['bad: Prometheus is down.']);
  });
});
