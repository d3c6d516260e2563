import type { AnswerText } from '@/lib/contracts/answer';
import type { SamplingTraffic } from '@/lib/contracts/sampling';
import { formatBytes, formatNumber, formatRatioPercent } from './format';
import { estimateSampling, type SamplingChoice, totalOf } from './sampling';

/** Coverage below which an investigation often ends at a missing trace. */
const LOW_COVERAGE = 0.9;

/** What a choice costs and what it would miss, of all models together. */
export function samplingAnswer(traffic: SamplingTraffic, choice: SamplingChoice): AnswerText {
  if (traffic.models.length === 0) {
    return [
      {
        status: 'unknown',
        parts: [
          { text: 'No requests were counted in this range, so there is nothing to estimate from.', tone: 'value' },
        ],
      },
    ];
  }
  const estimates = traffic.models.map((model) => ({ model: model.model, ...estimateSampling(model, choice) }));
  const { spansPerSecond, bytesPerDay, without } = totalOf(estimates);
  const worst = <K extends 'errorCoverage' | 'slowCoverage' | 'p99Chance'>(key: K) =>
    estimates.filter((one) => one[key] !== null).sort((a, b) => (a[key] ?? 0) - (b[key] ?? 0))[0];
  const errors = worst('errorCoverage');
  const slow = worst('slowCoverage');
  const traces = traffic.models.reduce((sum, model) => sum + model.traces, 0);
  const cost =
    bytesPerDay === null
      ? 'What these rates store is not known: no traces could be measured.'
      : `These rates store ${formatNumber(spansPerSecond)} spans/s, about ${formatBytes(bytesPerDay)} a day`;
  const isLow = [errors?.errorCoverage, slow?.slowCoverage].some((ratio) => (ratio ?? 1) < LOW_COVERAGE);
  const lowest = [
    errors === undefined ? null : `${formatRatioPercent(errors.errorCoverage)} of failed requests`,
    slow === undefined ? null : `${formatRatioPercent(slow.slowCoverage)} of slow ones`,
  ].filter((text) => text !== null);
  const kinds = [errors === undefined ? null : 'failed', slow === undefined ? null : 'slow'].filter(
    (kind) => kind !== null,
  );
  const isAll = [errors?.errorCoverage, slow?.slowCoverage].every((ratio) => (ratio ?? 1) === 1);
  return [
    {
      status: bytesPerDay === null || lowest.length === 0 ? 'unknown' : isLow ? 'watch' : 'ok',
      parts: [
        { text: cost, tone: 'value' },
        ...(bytesPerDay === null
          ? []
          : [
              {
                text: `, from ${traces} traces measured${without === 0 ? '' : `; ${without} models not measured`}. `,
                tone: 'muted' as const,
              },
            ]),
        ...(lowest.length === 0
          ? []
          : [
              {
                text: isAll
                  ? `All ${kinds.join(' and all ')} requests would have a trace.`
                  : `At least ${lowest.join(' and ')} would have a trace.`,
                tone: isLow ? ('watch' as const) : ('value' as const),
              },
            ]),
      ],
    },
  ];
}
