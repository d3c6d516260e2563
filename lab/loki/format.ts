import { formatGoDuration } from '../go/durations';
import { quote } from '../go/strings';
import { formatPlain } from '../prometheus/numbers';
import type { Matcher } from '../stores';
import type { Expr, Grouping, LabelFilterExpr, LogExpr, MetricExpr, RangeExpr, Stage } from './ast';

const matcherText = ({ name, op, value }: Matcher): string => `${name}${op}${quote(value)}`;

/** A size as go-humanize prints it without its blank: `20kB`. */
function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  const power = bytes < 10 ? 0 : Math.floor(Math.log10(bytes) / 3);
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 10 ? Math.round(value * 10) / 10 : Math.round(value)}${units[power] ?? 'EB'}`;
}

function filterText(filter: LabelFilterExpr): string {
  switch (filter.kind) {
    case 'and':
      return `( ${filterText(filter.left)} , ${filterText(filter.right)} )`;
    case 'or':
      return `( ${filterText(filter.left)} or ${filterText(filter.right)} )`;
    case 'string':
      return matcherText(filter);
    case 'ip':
      return `${filter.name}${filter.op}ip(${quote(filter.value)})`;
    default: {
      const { kind, name, op, value } = filter;
      const text = kind === 'duration' ? formatGoDuration(value) : kind === 'bytes' ? sizeText(value) : String(value);
      return `${name}${op === '=' ? '==' : op}${text}`;
    }
  }
}

function parserText(stage: Extract<Stage, { kind: 'json' | 'logfmt' }>): string {
  const flags = `${stage.strict ? ' --strict' : ''}${stage.keepEmpty ? ' --keep-empty' : ''}`;
  const fields = stage.extractions.map(({ name, path }) => `${name}=${quote(path)}`).join(',');
  return `| ${stage.kind}${flags}${fields === '' ? '' : ` ${fields}`}`;
}

function stageText(stage: Stage): string {
  switch (stage.kind) {
    case 'line':
      return `${stage.op} ${stage.alternatives.map((a) => (a.isIp ? `ip(${quote(a.text)})` : quote(a.text))).join(' or ')}`;
    case 'json':
    case 'logfmt':
      return parserText(stage);
    case 'regexp':
    case 'pattern':
      return `| ${stage.kind} ${quote(stage.value)}`;
    case 'filter':
      return `| ${filterText(stage.filter)}`;
    case 'line_format':
      return `| line_format ${quote(stage.template)}`;
    case 'label_format':
      return `| label_format ${stage.assignments.map((a) => `${a.name}=${a.isTemplate ? quote(a.source) : a.source}`).join(',')}`;
    case 'drop':
    case 'keep':
      return `| ${stage.kind} ${stage.labels.map((l) => (l.matcher ? matcherText(l.matcher) : l.name)).join(',')}`;
    default:
      return `| ${stage.kind}`;
  }
}

function logText(expr: LogExpr): string {
  return [`{${expr.matchers.map(matcherText).join(', ')}}`, ...expr.stages.map(stageText)].join(' ');
}

const groupingText = (grouping: Grouping | null): string =>
  grouping ? ` ${grouping.without ? 'without' : 'by'} (${grouping.labels.join(',')})` : '';

/** Nanoseconds as a Prometheus duration: `1d12h`, `5m`, `0s`. */
function durationText(ns: number): string {
  let rest = Math.round(Math.abs(ns) / 1e6);
  if (rest === 0) return '0s';
  let out = ns < 0 ? '-' : '';
  for (const [unit, ms] of Object.entries({ d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 })) {
    if (rest < ms) continue;
    out += `${Math.floor(rest / ms)}${unit}`;
    rest %= ms;
  }
  return out;
}

function rangeText(expr: RangeExpr): string {
  const { unwrap } = expr;
  const label = unwrap && (unwrap.conversion === 'none' ? unwrap.label : `${unwrap.conversion}(${unwrap.label})`);
  const filters = unwrap?.filters.map((filter) => ` | ${filterText(filter)}`).join('') ?? '';
  const offset = expr.offsetNs === 0 ? '' : ` offset ${durationText(expr.offsetNs)}`;
  const range = `${logText(expr.log)}${label ? ` | unwrap ${label}${filters}` : ''}[${durationText(expr.rangeNs)}]${offset}`;
  const parameter = expr.parameter === null ? '' : `${expr.parameter},`;
  return `${expr.op}(${parameter}${range})${groupingText(expr.grouping)}`;
}

function metricText(expr: MetricExpr): string {
  switch (expr.kind) {
    case 'range':
      return rangeText(expr);
    case 'aggregation': {
      const parameter = expr.parameter === null ? '' : `${expr.parameter},`;
      return `${expr.op}${groupingText(expr.grouping)}(${parameter}${metricText(expr.inner)})`;
    }
    case 'literal':
      return formatPlain(expr.value);
    case 'vector':
      return `vector(${expr.value.toFixed(6)})`;
    case 'label_replace': {
      const { target, replacement, source, pattern } = expr;
      return `label_replace(${[metricText(expr.inner), ...[target, replacement, source, pattern].map(quote)].join(',')})`;
    }
    default: {
      const { matching } = expr;
      const on = matching ? ` ${matching.on ? 'on' : 'ignoring'} (${matching.labels.join(',')})` : '';
      const group = matching?.card === 'many-to-one' ? 'group_left' : 'group_right';
      const card = matching && matching.card !== 'one-to-one' ? ` ${group} (${matching.include.join(',')})` : '';
      return `(${metricText(expr.left)} ${expr.op}${expr.bool ? ' bool' : ''}${on}${card} ${metricText(expr.right)})`;
    }
  }
}

/** A query on one line as Loki prints it; the real formatter breaks lines past 100 characters, the lab does not. */
export const formatQuery = (expr: Expr): string => (expr.kind === 'log' ? logText(expr) : metricText(expr));
