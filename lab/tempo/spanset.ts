import type { Aggregate, AggregateName, Pipeline, PipelineElement, SpansetOperation } from './ast';
import { printAggregate, printField } from './ast';
import type { Read } from './attribute';
import type { Condition } from './expression';
import { compileComparison, compileField, compileTest, conditionsOf } from './expression';
import type { Static } from './static';
import { isNumeric, NIL, staticKey } from './static';
import { relatedSpans } from './structure';
import type { TraceView } from './trace-view';

/** Some spans of one trace, as indices in its order, and what the pipeline worked out about them. */
export interface Spanset {
  spans: readonly number[];
  attributes: readonly { key: string; value: Static }[];
}

type Stage = (view: TraceView, input: readonly Spanset[]) => readonly Spanset[];

/** A pipeline ready to run over any number of traces. */
export interface CompiledPipeline {
  /** Spansets that the trace yields; none where it does not match. */
  run(view: TraceView): readonly Spanset[];
  /** What the query fetches, in order of appearance: the attributes that a search answer shows. */
  conditions: readonly Condition[];
}

/**
 * A pipeline to be run on each trace. `conditions` are what the engine fetches: search answers show exactly those
 * attributes.
 */
export function compilePipeline(pipeline: Pipeline): CompiledPipeline {
  const conditions: Condition[] = [];
  const stage = compileElements(pipeline.elements, conditions);
  return {
    conditions,
    run: (view) => stage(view, [{ spans: Array.from(view.spans, (_, index) => index), attributes: [] }]),
  };
}

function compileElements(elements: readonly PipelineElement[], conditions: Condition[]): Stage {
  const stages = elements.map((element) => compileElement(element, conditions));
  return (view, input) => {
    let sets = input;
    for (const stage of stages) {
      sets = stage(view, sets);
      if (sets.length === 0) return sets;
    }
    return sets;
  };
}

function compileElement(element: PipelineElement, conditions: Condition[]): Stage {
  switch (element.node) {
    case 'filter': {
      conditions.push(...conditionsOf(element.expression));
      const test = compileTest(element.expression);
      return (view, input) =>
        input.flatMap((set) => {
          const spans = set.spans.filter((index) => test(view, index));
          return spans.length === 0 ? [] : [{ ...set, spans }];
        });
    }
    case 'operation':
      return compileOperation(element, conditions);
    case 'pipeline':
      return compileElements(element.elements, conditions);
    case 'group': {
      conditions.push(...conditionsOf(element.by));
      const read = compileField(element.by);
      const key = `by(${printField(element.by)})`;
      return (view, input) => input.flatMap((set) => group(view, set, key, read));
    }
    case 'select':
      conditions.push(...element.fields.map((attribute) => ({ attribute, accepts: null })));
      return (_, input) => input;
    case 'coalesce':
      return (_, input) => [{ spans: union(input), attributes: [] }];
    case 'scalarFilter': {
      const read = compileAggregate(element.aggregate, conditions);
      const accepts = compileComparison(element.op, element.value);
      const key = printAggregate(element.aggregate);
      return (view, input) =>
        input.flatMap((set) => {
          const value = read(view, set.spans);
          return accepts(value) ? [{ spans: set.spans, attributes: [...set.attributes, { key, value }] }] : [];
        });
    }
  }
}

function union(sets: readonly Spanset[]): readonly number[] {
  const [only] = sets;
  if (only !== undefined && sets.length === 1) return only.spans;
  return [...new Set(sets.flatMap((set) => set.spans))].sort((a, b) => a - b);
}

function compileOperation(operation: SpansetOperation, conditions: Condition[]): Stage {
  const { op, variant } = operation;
  const left = compileElement(operation.left, conditions);
  const right = compileElement(operation.right, conditions);
  return (view, input) =>
    input.flatMap((set) => {
      const leftSets = left(view, [set]);
      if (op === '&&' && leftSets.length === 0) return [];
      const rightSets = right(view, [set]);
      if (op === '&&' && rightSets.length === 0) return [];
      const spans =
        op === '&&' || op === '||'
          ? union([...leftSets, ...rightSets])
          : relatedSpans(view, op, variant, union(leftSets), union(rightSets));
      return spans.length === 0 ? [] : [{ ...set, spans }];
    });
}

/** One spanset per value, in order of first appearance; spans without a value are a group of their own. */
function group(view: TraceView, set: Spanset, key: string, read: Read): Spanset[] {
  const groups = new Map<string, { value: Static; spans: number[] }>();
  for (const index of set.spans) {
    const value = read(view, index);
    const id = staticKey(value);
    const found = groups.get(id);
    if (found === undefined) groups.set(id, { value, spans: [index] });
    else found.spans.push(index);
  }
  return Array.from(groups.values(), ({ value, spans }) => ({
    spans,
    attributes: [...set.attributes, { key, value }],
  }));
}

/** Reads an aggregate over the spans of a spanset. */
function compileAggregate(
  { name, field }: Aggregate,
  conditions: Condition[],
): (view: TraceView, spans: readonly number[]) => Static {
  if (field === null) return (_, spans) => ({ type: 'int', value: spans.length });
  conditions.push(...conditionsOf(field));
  const read = compileField(field);
  return (view, spans) =>
    aggregate(
      name,
      spans.map((index) => read(view, index)),
    );
}

/** Over the values that are numbers; nil where there is none. Averages of integers are floats. */
function aggregate(name: AggregateName, values: readonly Static[]): Static {
  const numbers = values.filter(isNumeric);
  const [first] = numbers;
  if (first === undefined) return NIL;
  let sum = 0;
  let least = first;
  let most = first;
  for (const number of numbers) {
    sum += number.value;
    if (number.value < least.value) least = number;
    if (number.value > most.value) most = number;
  }
  if (name === 'min') return least;
  if (name === 'max') return most;
  const type = numbers.every((number) => number.type === first.type) ? first.type : 'float';
  if (name === 'sum') return { type, value: sum };
  const mean = sum / numbers.length;
  return type === 'duration' ? { type, value: Math.trunc(mean) } : { type: 'float', value: mean };
}
