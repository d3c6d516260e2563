import { quote } from '../go/strings';
import type { At, Expr, Selector } from './ast';
import { formatDurationMs } from './durations';
import { formatPlain } from './numbers';

/** Longer than this, Prometheus breaks an expression over lines [promql/parser/prettier.go]. */
const LINE = 100;

const names = (labels: readonly string[]): string =>
  labels.map((label) => (/^[a-zA-Z_]\w*$/.test(label) ? label : quote(label))).join(', ');

function suffix(at: At | null, offsetMs: number): string {
  const fixed = at === null ? '' : typeof at === 'number' ? ` @ ${(at / 1000).toFixed(3)}` : ` @ ${at}()`;
  if (offsetMs === 0) return fixed;
  return `${fixed} offset ${formatDurationMs(offsetMs)}`;
}

function selectorText({ name, matchers }: Selector): string {
  const shown = name === '' ? matchers : matchers.slice(0, -1);
  const texts = shown.map((matcher) => `${names([matcher.name])}${matcher.op}${quote(matcher.value)}`).sort();
  return texts.length === 0 ? name || '{}' : `${name}{${texts.join(',')}}`;
}

function modifiers(expr: Extract<Expr, { kind: 'binary' }>): string {
  const { bool, matching } = expr;
  let text = bool ? ' bool' : '';
  if (matching === null || (!matching.on && matching.labels.length === 0 && matching.group === null)) return text;
  text += ` ${matching.on ? 'on' : 'ignoring'} (${names(matching.labels)})`;
  if (matching.group !== null) text += ` group_${matching.group} (${names(matching.include)})`;
  return text;
}

const grouping = (expr: Extract<Expr, { kind: 'aggregate' }>): string => {
  if (expr.without) return ` without (${names(expr.labels)}) `;
  return expr.labels.length > 0 ? ` by (${names(expr.labels)}) ` : '';
};

/** An expression on one line, as Prometheus prints it. */
export function printLine(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return formatPlain(expr.value);
    case 'string':
      return quote(expr.value);
    case 'paren':
      return `(${printLine(expr.inner)})`;
    case 'unary':
      return `${expr.op}${printLine(expr.inner)}`;
    case 'selector':
      return selectorText(expr) + suffix(expr.at, expr.offsetMs);
    case 'matrix':
      return `${selectorText(expr.selector)}[${formatDurationMs(expr.rangeMs)}]${suffix(expr.selector.at, expr.selector.offsetMs)}`;
    case 'subquery': {
      const step = expr.stepMs === null ? '' : formatDurationMs(expr.stepMs);
      return `${printLine(expr.inner)}[${formatDurationMs(expr.rangeMs)}:${step}]${suffix(expr.at, expr.offsetMs)}`;
    }
    case 'binary':
      return `${printLine(expr.left)} ${expr.op}${modifiers(expr)} ${printLine(expr.right)}`;
    case 'call':
      return `${expr.name}(${expr.args.map(printLine).join(', ')})`;
    case 'aggregate': {
      const args = expr.parameter === null ? [expr.inner] : [expr.parameter, expr.inner];
      return `${expr.op}${grouping(expr)}(${args.map(printLine).join(', ')})`;
    }
  }
}

const indent = (level: number): string => '  '.repeat(level);

function pretty(expr: Expr, level: number): string {
  const line = printLine(expr);
  if (line.length <= LINE) return indent(level) + line;
  const block = (opening: string, args: readonly Expr[]): string =>
    `${indent(level)}${opening}(\n${args.map((argument) => pretty(argument, level + 1)).join(',\n')}\n${indent(level)})`;
  switch (expr.kind) {
    case 'paren':
      return block('', [expr.inner]);
    case 'unary':
      return `${indent(level)}${expr.op}${pretty(expr.inner, level).trimStart()}`;
    case 'binary':
      return `${pretty(expr.left, level + 1)}\n${indent(level)}${expr.op}${modifiers(expr)}\n${pretty(expr.right, level + 1)}`;
    case 'call':
      return expr.args.length === 0 ? indent(level) + line : block(expr.name, expr.args);
    case 'aggregate':
      return block(
        `${expr.op}${grouping(expr)}`,
        expr.parameter === null ? [expr.inner] : [expr.parameter, expr.inner],
      );
    case 'subquery': {
      const step = expr.stepMs === null ? '' : formatDurationMs(expr.stepMs);
      return `${pretty(expr.inner, level)}[${formatDurationMs(expr.rangeMs)}:${step}]${suffix(expr.at, expr.offsetMs)}`;
    }
    default:
      return indent(level) + line;
  }
}

/** An expression as `/api/v1/format_query` answers it. */
export const printQuery = (expr: Expr): string => pretty(expr, 0);
