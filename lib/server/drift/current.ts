import 'server-only';
import type { CurrentSide } from '@/lib/contracts/drift';
import type { DriftParams, DriftSource } from '@/lib/contracts/drift-params';
import type { Sample } from '@/lib/contracts/series';
import { type HeldSide, heldOf } from '@/lib/domain/held-side';
import { featureGauge, labelOf } from '../prometheus/drift-queries';
import { type DriftPanel, NONE_UNREAD, type Unread } from './open';
import { type LogProgress, QUICK_LINES, readLogWindows } from './read-logs';
import { hasTraffic, readMetricSides } from './read-metrics';
import { askWindows, type Windows } from './windows';

/** The current side in each window, and where it came from. */
export interface CurrentRead {
  current: CurrentSide;
  windows: Windows;
  /** One map per window. */
  sides: ReadonlyMap<string, HeldSide>[];
  truncated: string | null;
  unread: Unread;
  /** Drift computed elsewhere, by feature, at the end of the range. */
  scores: FeatureScores;
  /** The same at the end of each window; only where nothing else tells of the inputs. */
  scored: readonly FeatureScores[] | null;
}

type FeatureScores = ReadonlyMap<string, { method: string; value: number }>;

export interface CurrentAsked {
  source: DriftParams['source'];
  feature: string | null;
  windows: Windows;
  lines?: number;
  tell?: (progress: LogProgress) => void;
}

/** Reads the current side from the source asked for, else from the first that has any: metrics, logs, scores. */
export async function readCurrent(drift: DriftPanel, asked: CurrentAsked): Promise<CurrentRead> {
  const { panel, model, version, signal, endMs } = drift;
  const { map } = panel.telemetry;
  const { windows, feature, source } = asked;
  const tried = source === 'auto' ? (['metrics', 'logs'] as const) : [source];
  const scores = await readScores(drift, feature, endMs);
  const because = (words: string): string => (source === 'auto' ? words : 'as asked');
  let isUnread = false;
  if (tried.includes('metrics' as never)) {
    const read = await readMetricSides(
      panel.telemetry,
      panel.gather,
      { model, version, feature, windows, purpose: 'inputs' },
      signal,
    );
    isUnread = read.unread.numeric && read.unread.categorical;
    if (source === 'metrics' || read.sides.some(hasTraffic)) {
      return {
        current: {
          source: 'metrics',
          words: `histograms and counters (${map.contract.featureValue.metric}, ${map.contract.featureCategory.metric})`,
          because: because('the first source in the order metrics, logs, scores that has inputs'),
          sample: null,
        },
        windows,
        sides: read.sides.map(heldOf),
        truncated: read.truncated,
        unread: read.unread,
        scores,
        scored: null,
      };
    }
  }
  if (tried.includes('logs' as never)) {
    const read = await readLogWindows(
      drift,
      { version, feature, windows, purpose: 'inputs' },
      { tell: asked.tell ?? (() => {}), lines: asked.lines ?? QUICK_LINES },
    );
    if (source === 'logs' || read.sample.read > 0) {
      return {
        current: {
          source: 'logs',
          words: 'feature_sample of the prediction logs',
          because: because(isUnread ? 'the metrics could not be read' : 'the metrics hold no inputs of it'),
          sample: read.sample,
        },
        windows,
        sides: read.windows.map(
          ({ features }) => new Map([...(features ?? [])].map(([name, kept]) => [name, { kept }])),
        ),
        truncated: null,
        unread: NONE_UNREAD,
        scores,
        scored: null,
      };
    }
  }
  const found: DriftSource | null = scores.size > 0 ? 'scores' : null;
  return {
    current: {
      source: found,
      words: found === null ? 'nothing' : `scores computed elsewhere (${map.contract.featureDriftScore.metric})`,
      because: because(
        found === null
          ? 'neither metrics, logs nor scores hold inputs of it'
          : 'neither metrics nor logs hold inputs of it',
      ),
      sample: null,
    },
    windows,
    sides: Array.from({ length: windows.count }, () => new Map()),
    truncated: null,
    unread: NONE_UNREAD,
    scores,
    scored: found === null ? null : windows.count === 1 ? [scores] : await readScoresOver(drift, feature, windows),
  };
}

/** Scores at an instant. */
async function readScores(drift: DriftPanel, feature: string | null, atMs: number): Promise<FeatureScores> {
  const { panel, signal } = drift;
  const samples = await panel.gather.take(
    'drift computed elsewhere',
    panel.telemetry.prometheus.instant(scoresQuery(drift, feature), atMs, signal, MAX_SCORES),
  );
  return toScores(drift, samples ?? []);
}

/** Scores at the end of each window. */
async function readScoresOver(drift: DriftPanel, feature: string | null, windows: Windows): Promise<FeatureScores[]> {
  const { panel, signal } = drift;
  const series = await panel.gather.take(
    'drift computed elsewhere over time',
    askWindows(panel.telemetry.prometheus, scoresQuery(drift, feature), windows, signal, MAX_SCORES),
  );
  return Array.from({ length: windows.count }, (_, i) =>
    toScores(
      drift,
      (series ?? []).map(({ labels, values }) => ({ labels, value: values[i] ?? null })),
    ),
  );
}

function scoresQuery({ panel, model, version }: DriftPanel, feature: string | null): string {
  const { featureDriftScore } = panel.telemetry.map.contract;
  const [featureLabel, methodLabel] = [labelOf(featureDriftScore, 'feature'), labelOf(featureDriftScore, 'method')];
  return featureGauge(featureDriftScore, [featureLabel, methodLabel], {
    model,
    version,
    ...(feature === null ? {} : { only: [{ label: featureLabel, op: '=' as const, value: feature }] }),
  });
}

/** One score a feature; of several methods PSI first, whose limits are known. */
function toScores({ panel }: DriftPanel, samples: readonly Sample[]): FeatureScores {
  const { featureDriftScore } = panel.telemetry.map.contract;
  const [featureLabel, methodLabel] = [labelOf(featureDriftScore, 'feature'), labelOf(featureDriftScore, 'method')];
  const scores = new Map<string, { method: string; value: number }>();
  for (const { labels, value } of samples.toSorted(byMethod(methodLabel))) {
    const name = labels[featureLabel] ?? '';
    if (value !== null && name !== '' && !scores.has(name)) {
      scores.set(name, { method: labels[methodLabel] ?? '', value });
    }
  }
  return scores;
}

const MAX_SCORES = 20_000;

const byMethod = (label: string) => (a: Sample, b: Sample) => {
  const rank = ({ labels }: Sample) => (/^psi$/i.test(labels[label] ?? '') ? 0 : 1);
  return rank(a) - rank(b) || ((a.labels[label] ?? '') < (b.labels[label] ?? '') ? -1 : 1);
};
