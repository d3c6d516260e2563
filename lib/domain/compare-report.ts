import type { Compare, CompareResult, CompareTrace, CompareTraces, Measure } from '@/lib/contracts/compare';
import { plainSentence } from './answer-parts';
import { verdictWords } from './compare-answer';
import { claimOf, claimWord, latencyQueries } from './compare-claim';
import { unreadOf } from './compare-soundness';
import { formatDifference, formatInterval } from './compare-state';
import { formatCount, formatDuration, formatInstant, formatMs, formatNumber, formatRatioPercent } from './format';
import { codeMarkdown, escapeMarkdown } from './markdown';

const figure = (value: number | null, unit: Measure['unit'], atLeast = false): string => {
  if (value === null) return '–';
  const text = unit === 'ratio' ? formatRatioPercent(value) : unit === 'ms' ? formatMs(value) : formatNumber(value);
  return `${atLeast ? 'at least ' : ''}${text}`;
};

/**
 * A comparison as Markdown: verdict and reasons, every measure with interval and sample, policy, example traces, and the
 * queries with their times, so that anybody can repeat it. The same data gives the same text: nothing of the moment of
 * writing is in it.
 */
export function compareReport(compare: Compare, result: CompareResult, traces: CompareTraces | null): string {
  const { inputs } = compare;
  const champion = inputs.champion?.version ?? 'none';
  const challenger = inputs.challenger?.version ?? 'none';
  const { policy, verdict } = result;
  const suffix = inputs.mode === 'instant' ? [' before', ' after'] : ['', ''];
  const lines = [
    `# ${escapeMarkdown(inputs.model)}: ${escapeMarkdown(champion)}${suffix[0]} against ${escapeMarkdown(challenger)}${suffix[1]}`,
    '',
    `**${escapeMarkdown(verdictWords(verdict.kind, challenger))}**`,
    '',
    ...result.answer.map(({ parts }) => escapeMarkdown(plainSentence(parts))),
    '',
    `Range: ${formatInstant(inputs.startMs, 'UTC')} to ${formatInstant(inputs.endMs, 'UTC')} (${formatDuration(inputs.endMs - inputs.startMs)}, ${escapeMarkdown(compare.window)})${inputs.splitMs === null ? '' : `, split at ${formatInstant(inputs.splitMs, 'UTC')}`}`,
    '',
    '## Why',
    '',
    ...verdict.reasons.map(({ text, decides }, i) => `${i + 1}. ${escapeMarkdown(text)}${decides ? ' (decides)' : ''}`),
    '',
    '## Differences',
    '',
    'Challenger − champion. Intervals are 95 %; “always valid” ones may be read as often as one likes.',
    '',
    `| Measure | ${escapeMarkdown(champion)} | ${escapeMarkdown(challenger)} | Difference | Interval | Limit | Verdict | Samples |`,
    '| --- | ---: | ---: | ---: | --- | ---: | --- | --- |',
    ...result.measures.map(measureLine),
    '',
    ...result.measures.map(({ name, definition }) => `- ${escapeMarkdown(name)}: ${escapeMarkdown(definition)}`),
    ...unreadOf(inputs).map((reason) => `- Not read: ${escapeMarkdown(reason)}`),
    '',
    ...segmentLines(result),
    ...claimLines(compare, result, traces),
    '## Policy',
    '',
    `- P95 may rise by at most ${formatNumber(policy.maxP95IncreaseRatio * 100)} %`,
    `- Errors may rise by at most ${formatNumber(policy.maxErrorIncrease * 100)} points`,
    `- Quality may fall by at most ${formatNumber(policy.maxQualityDrop * 100)} points, where labels exist`,
    `- At least ${formatCount(policy.minRequests)} requests a side and ${formatNumber(policy.minMinutes)} minutes`,
    `- Challenger’s configured share: ${policy.challengerShare === null ? 'none, so the split is not checked' : formatRatioPercent(policy.challengerShare)}`,
    `- Overdispersion φ of errors over ${inputs.cells === null ? 'no' : formatDuration(inputs.cells.stepMs)} cells: ${formatNumber(result.phi.champion)} and ${formatNumber(result.phi.challenger)}, of their difference ${formatNumber(result.phi.paired)}`,
    '',
    result.clock.sentence,
    '',
    ...traceLines(traces, champion, challenger),
    '## Queries',
    '',
    ...queryLines([...compare.why, ...(traces?.why ?? [])]),
    '',
  ];
  return lines.join('\n');
}

function measureLine(measure: Measure): string {
  const { unit, interval, intervalKind, brackets, limit, difference } = measure;
  const range =
    interval !== null
      ? `${formatInterval(interval, unit)}${intervalKind === 'always-valid' ? ', always valid' : ''}`
      : brackets === null
        ? '–'
        : `buckets ${formatMs(brackets.champion.low)} to ${formatMs(brackets.champion.high)} and ${formatMs(brackets.challenger.low)} to ${formatMs(brackets.challenger.high)}`;
  const cells = [
    measure.name,
    figure(measure.champion, unit, measure.championAtLeast),
    figure(measure.challenger, unit, measure.challengerAtLeast),
    difference === null ? '–' : formatDifference(difference, unit),
    range,
    limit === null ? '–' : formatDifference(limit, unit),
    measure.word,
    measure.samples,
  ];
  return `| ${cells.map(escapeMarkdown).join(' | ')} |`;
}

function segmentLines({ segments }: CompareResult): string[] {
  if (segments.length === 0) return [];
  return [
    '## Errors by segment',
    '',
    '| Segment | Champion | Challenger | Difference | Interval | Requests |',
    '| --- | ---: | ---: | ---: | --- | --- |',
    ...segments.map(({ segment, champion, challenger, difference, interval, ...counts }) => {
      const cells = [
        segment,
        figure(champion, 'ratio'),
        figure(challenger, 'ratio'),
        formatDifference(difference, 'ratio'),
        interval === null ? '–' : formatInterval(interval, 'ratio'),
        `${formatCount(counts.championRequests)} · ${formatCount(counts.challengerRequests)}`,
      ];
      return `| ${cells.map(escapeMarkdown).join(' | ')} |`;
    }),
    '',
  ];
}

/** The claim a release owner makes, with what anybody needs to check it: query, quantile, one trace of each side. */
function claimLines({ why, inputs }: Compare, result: CompareResult, traces: CompareTraces | null): string[] {
  const claim = claimOf(result);
  const query = latencyQueries(why)[0];
  const example = (version: string, trace: CompareTrace | undefined): string => {
    if (trace === undefined) return `- Example of ${escapeMarkdown(version)}: no trace found`;
    const span =
      trace.inferSpanId == null
        ? 'it has no model.infer span'
        : `model.infer ${formatMs(trace.inferMs)} in ${codeMarkdown(`/traces/${trace.traceId}?span=${trace.inferSpanId}`)}`;
    return `- Example of ${escapeMarkdown(version)}: ${codeMarkdown(trace.traceId)}, ${formatMs(trace.durationMs)}, ${span}`;
  };
  return [
    `## “${claim.words}”: ${claimWord(claim)}`,
    '',
    ...(claim.unsound === null ? [] : [`- ${escapeMarkdown(claim.unsound)}`]),
    `- ${escapeMarkdown(claim.p95.text)}`,
    `- ${escapeMarkdown(claim.errors.text)}`,
    `- Quantile 0.95, linear inside its bucket, of ${query === undefined ? 'a histogram that was not read' : codeMarkdown(query.query)}`,
    ...(traces === null
      ? []
      : [
          example(inputs.champion?.version ?? 'champion', traces.champion[0]),
          example(inputs.challenger?.version ?? 'challenger', traces.challenger[0]),
        ]),
    '',
  ];
}

function traceLines(traces: CompareTraces | null, champion: string, challenger: string): string[] {
  if (traces === null) return [];
  const of = (version: string, list: readonly CompareTrace[]): string[] =>
    list.map(
      ({ traceId, durationMs, inferMs, startMs }) =>
        `- ${escapeMarkdown(version)}: ${codeMarkdown(traceId)}, ${formatMs(durationMs)}, model.infer ${formatMs(inferMs)}, ${formatInstant(startMs, 'UTC')}`,
    );
  const all = [...of(champion, traces.champion), ...of(challenger, traces.challenger)];
  return [
    '## Example traces',
    '',
    ...(all.length === 0 ? ['None found.'] : all),
    ...traces.gaps.map(escapeMarkdown),
    '',
  ];
}

function queryLines(why: Compare['why']): string[] {
  const lines = why.map(
    ({ purpose, source, query, startMs, endMs, stepMs, truncated }) =>
      `- ${escapeMarkdown(purpose)} (${escapeMarkdown(source)}, ${startMs === endMs ? `at ${formatInstant(endMs, 'UTC')}` : `${formatInstant(startMs, 'UTC')} to ${formatInstant(endMs, 'UTC')}${stepMs === null ? '' : `, step ${formatDuration(stepMs)}`}`}): ${codeMarkdown(query)}${truncated === null ? '' : ` ${escapeMarkdown(truncated)}`}`,
  );
  // Queries run side by side: their order of arrival is chance.
  return [...new Set(lines)].sort();
}
