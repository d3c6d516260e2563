import type { LogHints } from '../stores';
import type { Stage } from './ast';
import { compileLabelFilter, compileLineFilter, filterNames, requiredEqualities } from './filters';
import { flattenJson, JsonError, parseJsonPath, valueAtPath } from './json-parser';
import type { LineLabels } from './labels';
import { compileMatcherTest } from './matcher';
import { compileRe2 } from './regex';
import { parseTemplate, renderTemplate, templateFields } from './template';
import { compilePattern, LogfmtError, scanLogfmt, scanPattern } from './text-parsers';

/** One line on its way; stages change it in place. */
export interface Passing {
  line: string;
  timeNs: bigint;
  labels: LineLabels;
}

/** False drops the line. */
export type Step = (passing: Passing) => boolean;

// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours are control characters
const ANSI = /\u001b\[[0-9;]*[A-Za-z]/g;

type Wanted = ReadonlySet<string> | null;

const wants = (wanted: Wanted, name: string) => wanted === null || wanted.has(name) || wanted.has(`${name}_extracted`);

function jsonStep(stage: Extract<Stage, { kind: 'json' | 'logfmt' }>, wanted: Wanted): Step {
  if (stage.extractions.length > 0) {
    const paths = stage.extractions.map(({ name, path }) => ({ name, steps: parseJsonPath(path) }));
    return ({ line, labels }) => {
      try {
        const root: unknown = JSON.parse(line);
        for (const { name, steps } of paths) labels.extract(name, steps ? valueAtPath(root, steps) : '');
      } catch (error) {
        labels.fail('JSONParserErr', error instanceof Error ? error.message : 'Malformed JSON error');
      }
      return true;
    };
  }
  return ({ line, labels }) => {
    try {
      flattenJson(line, (name, value) => {
        if (wants(wanted, name)) labels.extract(name, value);
      });
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      labels.fail('JSONParserErr', error.message);
    }
    return true;
  };
}

function logfmtStep(stage: Extract<Stage, { kind: 'json' | 'logfmt' }>, wanted: Wanted): Step {
  const bySource = new Map(stage.extractions.map(({ name, path }) => [path, name]));
  return ({ line, labels }) => {
    if (bySource.size > 0) for (const name of bySource.values()) labels.extract(name, '');
    try {
      scanLogfmt(line, stage, (name, value) => {
        if (bySource.size > 0) {
          const target = bySource.get(name);
          if (target !== undefined) labels.extract(target, value);
        } else if (wants(wanted, name)) labels.extract(name, value);
      });
    } catch (error) {
      if (!(error instanceof LogfmtError)) throw error;
      labels.fail('LogfmtParserErr', error.message);
    }
    return true;
  };
}

function regexpStep(pattern: string): Step {
  const regex = compileRe2(pattern);
  const groups = Object.entries(regex.namedGroups());
  return ({ line, labels }) => {
    const matcher = regex.matcher(line);
    if (matcher.find()) for (const [name, index] of groups) labels.extract(name, matcher.group(index) ?? '');
    return true;
  };
}

const unpackStep: Step = (passing) => {
  let packed: unknown;
  try {
    packed = JSON.parse(passing.line);
  } catch {
    packed = null;
  }
  if (typeof packed !== 'object' || packed === null || Array.isArray(packed)) {
    passing.labels.fail('JSONParserErr', 'expecting json object(6), but it is not');
    return true;
  }
  for (const [name, value] of Object.entries(packed)) {
    if (typeof value !== 'string') continue;
    if (name === '_entry') passing.line = value;
    else passing.labels.extract(name, value);
  }
  return true;
};

function labelFormatStep(stage: Extract<Stage, { kind: 'label_format' }>): Step {
  const assignments = stage.assignments.map((a) => ({ ...a, template: a.isTemplate ? parseTemplate(a.source) : null }));
  return (passing) => {
    const { labels, line, timeNs } = passing;
    for (const { name, source, template } of assignments) {
      if (!template) {
        const value = labels.get(source);
        if (value === undefined) continue;
        labels.set(name, value);
        labels.delete(source);
        continue;
      }
      try {
        labels.set(name, renderTemplate(template, { get: (field) => labels.get(field), line, timeNs }));
      } catch (error) {
        labels.fail('TemplateFormatErr', error instanceof Error ? error.message : 'template failed');
      }
    }
    return true;
  };
}

function lineFormatStep(source: string): Step {
  const template = parseTemplate(source);
  return (passing) => {
    const { labels, line, timeNs } = passing;
    try {
      passing.line = renderTemplate(template, { get: (field) => labels.get(field), line, timeNs });
    } catch (error) {
      labels.fail('TemplateFormatErr', error instanceof Error ? error.message : 'template failed');
    }
    return true;
  };
}

function selectLabelsStep(stage: Extract<Stage, { kind: 'drop' | 'keep' }>): Step {
  const tests = new Map<string, ((value: string) => boolean)[]>();
  for (const { name, matcher } of stage.labels) {
    const test = matcher ? compileMatcherTest(matcher) : () => true;
    tests.set(name, [...(tests.get(name) ?? []), test]);
  }
  const isListed = (labels: LineLabels, name: string) =>
    tests.get(name)?.some((test) => test(labels.get(name) ?? '')) ?? false;
  if (stage.kind === 'drop') {
    return ({ labels }) => {
      for (const name of tests.keys()) if (isListed(labels, name)) labels.delete(name);
      return true;
    };
  }
  return ({ labels }) => {
    for (const name of [...Object.keys(labels.base), ...Object.keys(labels.metadata), ...labels.parsed.keys()]) {
      if (!isListed(labels, name)) labels.delete(name);
    }
    return true;
  };
}

function compileStage(stage: Stage, wanted: Wanted): Step {
  switch (stage.kind) {
    case 'line': {
      const test = compileLineFilter(stage);
      return ({ line }) => test(line);
    }
    case 'json':
      return jsonStep(stage, wanted);
    case 'logfmt':
      return logfmtStep(stage, wanted);
    case 'regexp':
      return regexpStep(stage.value);
    case 'pattern': {
      const parts = compilePattern(stage.value, 'parser');
      return ({ line, labels }) => {
        scanPattern(parts, line, (name, value) => labels.extract(name, value));
        return true;
      };
    }
    case 'unpack':
      return unpackStep;
    case 'decolorize':
      return (passing) => {
        passing.line = passing.line.replace(ANSI, '');
        return true;
      };
    case 'filter': {
      const test = compileLabelFilter(stage.filter);
      return ({ labels }) => test(labels);
    }
    case 'line_format':
      return lineFormatStep(stage.template);
    case 'label_format':
      return labelFormatStep(stage);
    default:
      return selectLabelsStep(stage);
  }
}

const changesLine = (stage: Stage) =>
  stage.kind === 'line_format' || stage.kind === 'decolorize' || stage.kind === 'unpack';
const isParser = (stage: Stage) =>
  stage.kind === 'json' || stage.kind === 'logfmt' || stage.kind === 'regexp' || stage.kind === 'pattern';

/** Line filters before parsers: the same lines pass, and most are dropped before they cost anything. */
function hoistLineFilters(stages: readonly Stage[]): Stage[] {
  const out: Stage[] = [];
  for (const stage of stages) {
    if (stage.kind !== 'line') {
      out.push(stage);
      continue;
    }
    let at = out.length;
    while (at > 0) {
      const before = out[at - 1];
      if (!before || before.kind === 'line' || changesLine(before)) break;
      at--;
    }
    out.splice(at, 0, stage);
  }
  return out;
}

/** Labels that a stage reads. */
function readsOf(stage: Stage): string[] {
  switch (stage.kind) {
    case 'filter':
      return filterNames(stage.filter);
    case 'line_format':
      return templateFields(parseTemplate(stage.template));
    case 'label_format':
      return stage.assignments.flatMap((a) => (a.isTemplate ? templateFields(parseTemplate(a.source)) : [a.source]));
    case 'drop':
    case 'keep':
      return stage.labels.flatMap((label) => (label.matcher ? [label.name] : []));
    default:
      return [];
  }
}

/**
 * A parsed label can only have a value whose text is in the line (or is escaped there), so a line without it need
 * not be parsed. Labels of the stream and structured metadata are not in the line.
 */
function prefilter(stages: readonly Stage[], parserAt: number): Step | null {
  const equalities: { name: string; value: string }[] = [];
  for (const stage of stages.slice(parserAt + 1)) {
    if (stage.kind !== 'filter') break;
    equalities.push(...requiredEqualities(stage.filter).filter((e) => e.value !== '' && !e.name.startsWith('__error')));
  }
  if (equalities.length === 0) return null;
  return ({ line, labels }) =>
    equalities.every(
      ({ name, value }) => line.includes(value) || labels.get(name) !== undefined || line.includes('\\'),
    );
}

/** The steps of a pipeline. `needed`: the labels that the query uses in the end; null where it shows them all. */
export function compilePipeline(stages: readonly Stage[], needed: ReadonlySet<string> | null): Step[] {
  const ordered = hoistLineFilters(stages);
  const steps: Step[] = [];
  for (const [index, stage] of ordered.entries()) {
    let wanted: Wanted = null;
    if (needed && isParser(stage)) {
      wanted = new Set([...needed, ...ordered.slice(index + 1).flatMap(readsOf)]);
      if (wanted.size === 0) continue;
    }
    if (isParser(stage)) {
      const test = prefilter(ordered, index);
      if (
        test &&
        (stage.kind === 'regexp' || stage.kind === 'pattern' || stage.kind === 'json' || stage.kind === 'logfmt')
      ) {
        const extracts = (stage.kind === 'json' || stage.kind === 'logfmt') && stage.extractions.length > 0;
        if (!extracts) steps.push(test);
      }
    }
    steps.push(compileStage(stage, wanted));
  }
  return steps;
}

/** Whether no stage reads or changes labels or lines: only line filters, so stream labels decide the rest. */
export const keepsLabels = (stages: readonly Stage[]): boolean => stages.every((stage) => stage.kind === 'line');

/** Substrings every wanted line holds: of `|=` filters, and of equalities on fields whose value is long enough for an id. */
export function storeHints(stages: readonly Stage[]): LogHints {
  const contains: string[] = [];
  for (const stage of stages) {
    if (changesLine(stage) || stage.kind === 'label_format') break;
    const [only] = stage.kind === 'line' && stage.op === '|=' ? stage.alternatives : [];
    if (stage.kind === 'line' && only && stage.alternatives.length === 1 && !only.isIp && only.text !== '')
      contains.push(only.text);
    if (stage.kind === 'filter') {
      contains.push(...requiredEqualities(stage.filter).flatMap((e) => (e.value.length >= 8 ? [e.value] : [])));
    }
  }
  return { contains };
}
