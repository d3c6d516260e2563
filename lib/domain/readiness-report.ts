import type { ReadinessCheck, ReadinessEvidence, ReadinessReport } from '@/lib/contracts/readiness';
import { plainSentence } from './answer-parts';
import { formatDay, formatDuration, formatInstant, formatNumber, formatRatioPercent, NOT_MEASURED } from './format';
import { escapeMarkdown } from './markdown';
import { STATE_WORD } from './readiness-answer';

const row = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;

/** A figure of evidence as words: "98 % of 500 (95 % interval 96 % to 99 %)". */
export function evidenceText({ value, unit, n, low, high }: ReadinessEvidence): string {
  if (value === null) return NOT_MEASURED;
  if (unit === 'duration') return formatDuration(value);
  if (unit === 'count') return formatNumber(value);
  const interval =
    low === null || high === null ? '' : ` (95 % interval ${formatRatioPercent(low)} to ${formatRatioPercent(high)})`;
  return `${formatRatioPercent(value)}${n === null ? '' : ` of ${formatNumber(n)}`}${interval}`;
}

/** A fence that no line of the code can close. */
function fenced(language: string, code: string): string[] {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, code, fence];
}

function checkLines(check: ReadinessCheck): string[] {
  const lines = [
    `### ${escapeMarkdown(check.title)}: ${STATE_WORD[check.state]}`,
    '',
    escapeMarkdown(check.definition),
    '',
  ];
  const remedies = new Set<string>();
  for (const result of check.results) {
    lines.push(`- **${STATE_WORD[result.state]}** ${escapeMarkdown(result.cause)}`);
    for (const evidence of result.evidence) {
      lines.push(`  - ${escapeMarkdown(evidence.name)}: ${escapeMarkdown(evidenceText(evidence))}`);
    }
  }
  for (const { remedy } of check.results) {
    if (remedy === null) continue;
    const text = [
      '',
      escapeMarkdown(remedy.text),
      '',
      ...(remedy.snippet === null ? [] : fenced(remedy.snippet.language, remedy.snippet.code)),
    ].join('\n');
    if (remedies.has(text)) continue;
    remedies.add(text);
    lines.push(text);
  }
  return [...lines, ''];
}

/** The report as Markdown. A pure function of what was measured: the same report gives the same bytes. */
export function readinessMarkdown(report: ReadinessReport): string {
  const { answer, startMs, endMs, model, models, checks, lists, gaps } = report;
  const percent = (value: number | null) => (value === null ? NOT_MEASURED : formatRatioPercent(value));
  const lines = [
    `# Readiness of the telemetry${model === null ? '' : ` of ${escapeMarkdown(model)}`}`,
    '',
    ...answer.flatMap(({ parts }) => [escapeMarkdown(plainSentence(parts)), '']),
    `Range: ${formatInstant(startMs, 'UTC')} to ${formatInstant(endMs, 'UTC')} (${formatDuration(endMs - startMs)})`,
    '',
    '## Scores',
    '',
    'Weight of what passes of all that concerns a model. What is not known has not passed.',
    '',
    '| Model | Score | Passes | Fails | Needs a look | Not known |',
    '| --- | --- | --- | --- | --- | --- |',
    ...models.map((score) =>
      row([score.model, percent(score.score), ...[score.pass, score.fail, score.watch, score.unknown].map(String)]),
    ),
    '',
    '## Checks',
    '',
    ...checks.flatMap(checkLines),
    ...lists.flatMap(({ title, items }) => [
      `## ${escapeMarkdown(title)}`,
      '',
      '| Item | State | Said | Signed off |',
      '| --- | --- | --- | --- |',
      ...items.map(({ title: item, state, said, signoff }) =>
        row([
          item,
          STATE_WORD[state],
          said,
          signoff === null
            ? ''
            : `${signoff.author.name}, ${formatDay(signoff.signedAtMs, 'UTC')} to ${formatDay(signoff.expiresAtMs, 'UTC')}: ${signoff.reason}`,
        ]),
      ),
      '',
    ]),
    ...(gaps.length === 0 ? [] : ['## Not asked', '', ...gaps.map((gap) => `- ${escapeMarkdown(gap)}`), '']),
  ];
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}
