import 'server-only';
import { RE2JS } from 're2js';
import { stringify } from 'yaml';
import type { RuleFile } from '@/lib/contracts/slo';
import { type RawSeries, sloRuleTests } from '@/lib/domain/slo-rule-tests';
import type { RuledSlo, RuleGroup } from '@/lib/domain/slo-rules';
import { matcher, selector } from '../prometheus/promql';
import type { SignalMap } from '../signals/signal-map';

const FILE_NAMES = {
  prometheus: 'windsock-rules.yml',
  loki: 'windsock-loki-rules.yml',
  tests: 'windsock-rules.test.yml',
} as const;

const COMMENT_WIDTH = 118;

/** Text as lines of comments, whatever it holds. */
function comments(lines: readonly string[]): string {
  const wrapped = lines.flatMap((line) => {
    const words = line.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').split(' ');
    const rows = [''];
    for (const word of words) {
      const last = rows.at(-1) ?? '';
      if (last !== '' && last.length + 1 + word.length > COMMENT_WIDTH) rows.push(`  ${word}`);
      else rows[rows.length - 1] = last === '' ? word : `${last} ${word}`;
    }
    return rows;
  });
  return wrapped.map((line) => `# ${line}`.trimEnd()).join('\n');
}

/** YAML as Go's parser reads it: 1.1 words such as `on` are quoted, long lines stay whole, nothing is an alias. */
const toYaml = (document: object): string =>
  stringify(document, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });

const counted = (groups: readonly RuleGroup[]): number => groups.reduce((sum, { rules }) => sum + rules.length, 0);

/** Groups as a file for Prometheus or the Loki ruler, what is left out told at its head. */
export const ruleFile = (
  file: 'prometheus' | 'loki',
  groups: readonly RuleGroup[],
  notes: readonly string[],
): RuleFile => ({
  file,
  fileName: FILE_NAMES[file],
  rules: counted(groups),
  text: `${comments([
    `Written by Windsock from windsock.yaml and the signals found, for ${file === 'loki' ? 'the ruler of Loki' : 'Prometheus'}. Change the configuration, not this file.`,
    ...notes,
  ])}\n${toYaml({ groups })}`,
});

/** The unit tests of the Prometheus rules, for `promtool test rules` beside them. */
export function testFile(slos: readonly RuledSlo[], map: SignalMap): RuleFile {
  const tests = sloRuleTests(slos, FILE_NAMES.prometheus, (slo) => rawSeriesOf(slo, map));
  const head = comments([`Run: promtool test rules ${FILE_NAMES.tests}`]);
  return { file: 'tests', fileName: FILE_NAMES.tests, rules: tests.tests.length, text: `${head}\n${toYaml(tests)}` };
}

/** Series of good and failed requests, where a label tells them apart and a value for each is known. */
function rawSeriesOf(slo: RuledSlo, map: SignalMap): RawSeries | null {
  const { errors, requests } = map;
  if (slo.kind !== 'availability' || requests === null || errors.kind !== 'label') return null;
  if (map.only.length > 0) return null;
  const values = outcomeValues(errors.op, errors.value);
  if (values === null) return null;
  const series = (value: string) =>
    selector(requests.metric, [matcher(map.modelLabel, '=', slo.model), matcher(errors.label, '=', value)]);
  return { good: series(values.good), bad: series(values.bad) };
}

/** A value that means failed and one that does not; null for a pattern too clever to guess. */
function outcomeValues(op: '=~' | '!=', value: string): { good: string; bad: string } | null {
  if (op === '!=') return { good: value, bad: `${value}_not` };
  const [first = ''] = value.split('|');
  const bad = first.replace(/\\(.)/g, '$1').replaceAll('.', '0');
  const pattern = RE2JS.compile(`^(?:${value})$`);
  const good = ['ok', '200', 'none'].find((text) => !pattern.matcher(text).matches());
  return pattern.matcher(bad).matches() && good !== undefined ? { good, bad } : null;
}
