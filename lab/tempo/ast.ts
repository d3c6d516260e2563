import type { Static } from './static';
import { staticText } from './static';

/** Where an attribute is looked for. `none` is the unscoped `.x`: span first, then resource. */
export type Scope = 'none' | 'span' | 'resource' | 'event' | 'link' | 'instrumentation';

export type Intrinsic =
  | 'name'
  | 'status'
  | 'statusMessage'
  | 'kind'
  | 'duration'
  | 'childCount'
  | 'parent'
  | 'rootName'
  | 'rootServiceName'
  | 'traceDuration'
  | 'nestedSetParent'
  | 'nestedSetLeft'
  | 'nestedSetRight'
  | 'span:id'
  | 'span:parentID'
  | 'trace:id'
  | 'event:name'
  | 'event:timeSinceStart'
  | 'link:traceID'
  | 'link:spanID'
  | 'instrumentation:name'
  | 'instrumentation:version';

/** Every spelling of an intrinsic → what it means. */
export const INTRINSICS: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ['name', 'name'],
  ['span:name', 'name'],
  ['status', 'status'],
  ['span:status', 'status'],
  ['statusMessage', 'statusMessage'],
  ['span:statusMessage', 'statusMessage'],
  ['kind', 'kind'],
  ['span:kind', 'kind'],
  ['duration', 'duration'],
  ['span:duration', 'duration'],
  ['childCount', 'childCount'],
  ['span:childCount', 'childCount'],
  ['parent', 'parent'],
  ['rootName', 'rootName'],
  ['trace:rootName', 'rootName'],
  ['rootServiceName', 'rootServiceName'],
  ['trace:rootService', 'rootServiceName'],
  ['traceDuration', 'traceDuration'],
  ['trace:duration', 'traceDuration'],
  ['nestedSetParent', 'nestedSetParent'],
  ['nestedSetLeft', 'nestedSetLeft'],
  ['nestedSetRight', 'nestedSetRight'],
  ['span:id', 'span:id'],
  ['span:parentID', 'span:parentID'],
  ['trace:id', 'trace:id'],
  ['event:name', 'event:name'],
  ['event:timeSinceStart', 'event:timeSinceStart'],
  ['link:traceID', 'link:traceID'],
  ['link:spanID', 'link:spanID'],
  ['instrumentation:name', 'instrumentation:name'],
  ['instrumentation:version', 'instrumentation:version'],
]);

export type AttributeRef =
  | { node: 'attribute'; scope: Scope; parent: boolean; name: string }
  | { node: 'intrinsic'; intrinsic: Intrinsic; spelling: string };

export type CompareOp = '=' | '!=' | '<' | '<=' | '>' | '>=' | '=~' | '!~';
export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^';
export type BinaryOp = CompareOp | ArithmeticOp | '&&' | '||';

export type FieldExpression =
  | AttributeRef
  | { node: 'static'; value: Static }
  | { node: 'unary'; op: '-' | '!'; expression: FieldExpression }
  | { node: 'binary'; op: BinaryOp; left: FieldExpression; right: FieldExpression };

export interface SpansetFilter {
  node: 'filter';
  expression: FieldExpression;
}

export type Relation = '>' | '>>' | '<' | '<<' | '~';
export interface SpansetOperation {
  node: 'operation';
  /** `&&`, `||`, or a structural relation, plain, negated (`!`) or union (`&`). */
  op: '&&' | '||' | Relation;
  variant: 'plain' | 'not' | 'union';
  left: SpansetExpression;
  right: SpansetExpression;
}

export type SpansetExpression = SpansetFilter | SpansetOperation | Pipeline;

export type AggregateName = 'count' | 'min' | 'max' | 'sum' | 'avg';
export interface Aggregate {
  node: 'aggregate';
  name: AggregateName;
  /** Null for `count()`. */
  field: FieldExpression | null;
}

export type PipelineElement =
  | SpansetExpression
  | { node: 'scalarFilter'; op: CompareOp; aggregate: Aggregate; value: Static }
  | { node: 'group'; by: FieldExpression }
  | { node: 'select'; fields: readonly AttributeRef[] }
  | { node: 'coalesce' };

export interface Pipeline {
  node: 'pipeline';
  elements: readonly PipelineElement[];
}

export type OverTimeName = 'min_over_time' | 'max_over_time' | 'avg_over_time' | 'sum_over_time';
export type MetricsStage = { by: readonly AttributeRef[] } & (
  | { metric: 'rate' | 'count_over_time' }
  | { metric: OverTimeName | 'histogram_over_time'; field: AttributeRef }
  | { metric: 'quantile_over_time'; field: AttributeRef; quantiles: readonly number[] }
  | { metric: 'compare'; filter: SpansetFilter; topN: number; startNs: number; endNs: number }
);
export type SecondStage =
  | { stage: 'topk' | 'bottomk'; limit: number }
  | { stage: 'compareWith'; op: CompareOp; value: number };

export interface RootExpression {
  pipeline: Pipeline;
  metrics: MetricsStage | null;
  secondStages: readonly SecondStage[];
  hints: ReadonlyMap<string, Static>;
}

const BARE_NAME = /^[^\s{}()=~!<>&|^,"\\]+$/;

/** An attribute as the engine prints it: the key of series labels and of `by(…)`. */
export function printAttribute(ref: AttributeRef): string {
  if (ref.node === 'intrinsic') return ref.spelling;
  const name = BARE_NAME.test(ref.name) ? ref.name : `"${ref.name.replace(/[\\"]/g, '\\$&')}"`;
  return `${ref.parent ? 'parent.' : ''}${ref.scope === 'none' ? (ref.parent ? '' : '.') : `${ref.scope}.`}${name}`;
}

/**
 * An expression as the server prints it in labels and errors: strings in backticks, operations in parentheses where
 * nested.
 */
export function printField(expression: FieldExpression): string {
  switch (expression.node) {
    case 'static':
      return expression.value.type === 'string' ? `\`${expression.value.value}\`` : staticText(expression.value);
    case 'unary':
      return `${expression.op}${printOperand(expression.expression)}`;
    case 'binary':
      return `${printOperand(expression.left)} ${expression.op} ${printOperand(expression.right)}`;
    default:
      return printAttribute(expression);
  }
}

const printOperand = (expression: FieldExpression): string =>
  expression.node === 'binary' ? `(${printField(expression)})` : printField(expression);

/** `count()`, `avg(duration)`: the name under which an answer carries the value. */
export const printAggregate = ({ name, field }: Aggregate): string =>
  `${name}(${field === null ? '' : printField(field)})`;

/** All attributes that an expression reads, in order of appearance. */
export function attributesOf(expression: FieldExpression): AttributeRef[] {
  switch (expression.node) {
    case 'static':
      return [];
    case 'unary':
      return attributesOf(expression.expression);
    case 'binary':
      return [...attributesOf(expression.left), ...attributesOf(expression.right)];
    default:
      return [expression];
  }
}
