import type { SyntaxNode } from '@lezer/common';
import { quote, unquote } from '../go/strings';
import type { Matcher } from '../stores';
import type { CompareOp, LabelFilterExpr, LineMatch, Stage } from './ast';
import { parseError } from './errors';
import { parseBytes, parseQueryDuration } from './literals';
import { anchoredRegex, compileRe2 } from './regex';
import { parseTemplate } from './template';
import { compilePattern } from './text-parsers';
import { descendants } from './tree';

const slice = (node: SyntaxNode, text: string) => text.slice(node.from, node.to);

/** The value of a String node. */
export function stringOf(node: SyntaxNode, text: string): string {
  return unquote(slice(node, text)) ?? '';
}

/** The value of a LiteralExpr: a number with an optional sign. */
export function numberOf(node: SyntaxNode, text: string): number {
  return Number(slice(node, text).replace(/\s/g, ''));
}

/** The names of all Identifier nodes beneath a node. */
export const identifiers = (node: SyntaxNode, text: string): string[] =>
  descendants(node, 'Identifier').map((n) => slice(n, text));

const MATCH_OPS: readonly Matcher['op'][] = ['=', '!=', '=~', '!~'];
const COMPARE_OPS: readonly CompareOp[] = ['=', '==', '!=', '>', '>=', '<', '<='];

function operator<T extends string>(node: SyntaxNode, text: string, known: readonly T[], fallback: T): T {
  const name = node.getChild('Identifier')?.nextSibling;
  const op = name ? slice(name, text) : '';
  return known.find((candidate) => candidate === op) ?? fallback;
}

/** A Matcher node: name, operator, value. */
export function matcherOf(node: SyntaxNode, text: string): Matcher {
  const name = node.getChild('Identifier');
  const value = node.getChild('String');
  return {
    name: name ? slice(name, text) : '',
    op: operator(node, text, MATCH_OPS, '='),
    value: value ? stringOf(value, text) : '',
  };
}

/** A parse error for a value that a stage cannot take, with the stage as Loki prints it. */
const stageError = (stage: string, error: unknown) =>
  parseError(`stage '${stage}' : ${error instanceof Error ? error.message : 'invalid'}`);

/** A LabelFilter node, with `and` for the comma and the blank between two filters. */
export function parseFilter(node: SyntaxNode, text: string): LabelFilterExpr {
  const nested = node.getChildren('LabelFilter');
  const [left, right] = nested;
  if (left && right) {
    const kind = node.getChild('Or') ? 'or' : 'and';
    return { kind, left: parseFilter(left, text), right: parseFilter(right, text) };
  }
  if (left) return parseFilter(left, text);
  const matcher = node.getChild('Matcher');
  if (matcher) {
    const { name, op, value } = matcherOf(matcher, text);
    if (op === '=~' || op === '!~') {
      try {
        anchoredRegex(value);
      } catch (error) {
        throw stageError(`| ${name}${op}${quote(value)}`, error);
      }
    }
    return { kind: 'string', name, op, value };
  }
  const leaf =
    node.getChild('NumberFilter') ?? node.getChild('UnitFilter')?.firstChild ?? node.getChild('IpLabelFilter');
  if (!leaf) throw parseError('lab: this label filter is not supported');
  const identifier = leaf.getChild('Identifier');
  const name = identifier ? slice(identifier, text) : '';
  const op = operator(leaf, text, COMPARE_OPS, '=');
  const last = leaf.lastChild;
  const literal = last ? slice(last, text) : '';
  if (leaf.name === 'IpLabelFilter') {
    const value = leaf.getChild('String');
    return { kind: 'ip', name, op: op === '!=' ? '!=' : '=', value: value ? stringOf(value, text) : '' };
  }
  if (leaf.name === 'DurationFilter')
    return { kind: 'duration', name, op, value: parseQueryDuration(literal) ?? Number.NaN };
  if (leaf.name === 'BytesFilter') return { kind: 'bytes', name, op, value: parseBytes(literal) ?? Number.NaN };
  return { kind: 'number', name, op, value: Number(literal.replace(/\s/g, '')) };
}

type LineOp = Extract<Stage, { kind: 'line' }>['op'];
const LINE_OPS: readonly LineOp[] = ['|=', '!=', '|~', '!~', '|>', '!>'];

function parseLineFilter(node: SyntaxNode, text: string): Stage {
  const filter = node.getChild('Filter');
  const found = filter ? slice(filter, text).trim() : '|=';
  const op = LINE_OPS.find((candidate) => candidate === found) ?? '|=';
  const alternatives: LineMatch[] = [];
  for (let part: SyntaxNode | null = node; part; part = part.getChild('OrFilter')) {
    const value = part.getChild('String');
    if (value) alternatives.push({ text: stringOf(value, text), isIp: part.getChild('FilterOp') !== null });
  }
  for (const { text: value } of alternatives) {
    try {
      if (op === '|~' || op === '!~') compileRe2(value);
      if (op === '|>' || op === '!>') compilePattern(value, 'line');
    } catch (error) {
      throw stageError(`${op} ${quote(value)}`, error);
    }
  }
  return { kind: 'line', op, alternatives };
}

function parseExtractions(node: SyntaxNode, text: string): { name: string; path: string }[] {
  return descendants(node, 'LabelExtractionExpression').map((item) => {
    const identifier = item.getChild('Identifier');
    const path = item.getChild('String');
    const name = identifier ? slice(identifier, text) : '';
    return { name, path: path ? stringOf(path, text) : name };
  });
}

function parseLabelParser(node: SyntaxNode, text: string): Stage {
  const value = node.getChild('String');
  const argument = value ? stringOf(value, text) : '';
  switch (node.firstChild?.name) {
    case 'Logfmt':
      return { kind: 'logfmt', extractions: [], strict: false, keepEmpty: false };
    case 'Unpack':
      return { kind: 'unpack' };
    case 'Regexp':
      try {
        const names = Object.keys(compileRe2(argument).namedGroups());
        if (names.length === 0) throw new Error('at least one named capture must be supplied');
      } catch (error) {
        throw stageError(`| regexp ${quote(argument)}`, error);
      }
      return { kind: 'regexp', value: argument };
    case 'Pattern':
      try {
        compilePattern(argument, 'parser');
      } catch (error) {
        throw stageError(`| pattern ${quote(argument)}`, error);
      }
      return { kind: 'pattern', value: argument };
    default:
      return { kind: 'json', extractions: [], strict: false, keepEmpty: false };
  }
}

function parseLabelFormat(node: SyntaxNode, text: string): Stage {
  const assignments = descendants(node, 'LabelFormatMatcher').map((item) => {
    const [target, source] = item.getChildren('Identifier').map((n) => slice(n, text));
    const value = item.getChild('String');
    const name = target ?? '';
    return value
      ? { name, source: stringOf(value, text), isTemplate: true }
      : { name, source: source ?? '', isTemplate: false };
  });
  const seen = new Set<string>();
  for (const { name, source, isTemplate } of assignments) {
    const problem =
      name === '__error__' || name === '__error_details__'
        ? `${name} cannot be formatted`
        : seen.has(name)
          ? `multiple label name '${name}' not allowed in a single format operation`
          : null;
    if (problem) throw parseError(problem);
    seen.add(name);
    if (isTemplate) checkTemplate(source, '| label_format');
  }
  return { kind: 'label_format', assignments };
}

function checkTemplate(source: string, stage: string): void {
  try {
    parseTemplate(source);
  } catch (error) {
    throw stageError(`${stage} ${quote(source)}`, error);
  }
}

function parseLabelList(node: SyntaxNode, text: string, item: 'DropLabel' | 'KeepLabel'): Stage {
  const labels = descendants(node, item).map((label) => {
    const matcher = label.getChild('Matcher');
    if (matcher) {
      const parsed = matcherOf(matcher, text);
      return { name: parsed.name, matcher: parsed };
    }
    return { name: slice(label, text).trim(), matcher: null };
  });
  return { kind: item === 'DropLabel' ? 'drop' : 'keep', labels };
}

/** The stages of one PipelineStage node: several where line filters stand in a row. */
export function parseStage(node: SyntaxNode, text: string): Stage[] {
  const child = [...childrenOf(node)].find((c) => c.name !== 'Pipe');
  switch (child?.name) {
    case 'LineFilters':
      return descendants(node, 'LineFilter').map((filter) => parseLineFilter(filter, text));
    case 'LabelParser':
      return [parseLabelParser(child, text)];
    case 'JsonExpressionParser':
      return [{ kind: 'json', extractions: parseExtractions(child, text), strict: false, keepEmpty: false }];
    case 'LogfmtParser':
    case 'LogfmtExpressionParser': {
      const flags = descendants(child, 'ParserFlag').map((flag) => slice(flag, text));
      const extractions = parseExtractions(child, text);
      return [
        { kind: 'logfmt', extractions, strict: flags.includes('--strict'), keepEmpty: flags.includes('--keep-empty') },
      ];
    }
    case 'LabelFilter':
      return [{ kind: 'filter', filter: parseFilter(child, text) }];
    case 'LineFormatExpr': {
      const value = child.getChild('String');
      const template = value ? stringOf(value, text) : '';
      checkTemplate(template, '| line_format');
      return [{ kind: 'line_format', template }];
    }
    case 'LabelFormatExpr':
      return [parseLabelFormat(child, text)];
    case 'DecolorizeExpr':
      return [{ kind: 'decolorize' }];
    case 'DropLabelsExpr':
      return [parseLabelList(child, text, 'DropLabel')];
    case 'KeepLabelsExpr':
      return [parseLabelList(child, text, 'KeepLabel')];
    default:
      throw parseError(`lab: the stage ${child?.name ?? slice(node, text)} is not supported`);
  }
}

function* childrenOf(node: SyntaxNode): Generator<SyntaxNode> {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child;
}
