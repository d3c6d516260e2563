import { RE2JS } from 're2js';
import type { Aggregate, BinaryOp, FieldExpression, PipelineElement, RootExpression } from './ast';
import { printAggregate, printField } from './ast';
import { TraceqlError } from './lexer';
import { staticText } from './static';

/** `any` is an attribute, whose type only the data knows. */
type ImpliedType = 'any' | 'nil' | 'string' | 'number' | 'bool' | 'status' | 'kind';

/** Refuses what can never be true for its types, in the server's words. Throws TraceqlError. */
export function validate(root: RootExpression): void {
  for (const element of root.pipeline.elements) validateElement(element);
  if (root.metrics?.metric === 'compare') validateElement(root.metrics.filter);
}

function validateElement(element: PipelineElement): void {
  switch (element.node) {
    case 'filter': {
      const type = impliedType(element.expression);
      if (type !== 'any' && type !== 'bool') {
        throw new TraceqlError(
          `span filter field expressions must resolve to a boolean: { ${printField(element.expression)} }`,
        );
      }
      return;
    }
    case 'operation':
      validateElement(element.left);
      validateElement(element.right);
      return;
    case 'pipeline':
      for (const inner of element.elements) validateElement(inner);
      return;
    case 'group':
      impliedType(element.by);
      if (!readsSpan(element.by)) {
        throw new TraceqlError(`grouping field expressions must reference the span: by(${printField(element.by)})`);
      }
      return;
    case 'scalarFilter': {
      validateAggregate(element.aggregate);
      const right = impliedType({ node: 'static', value: element.value });
      if (!matching('number', right)) {
        const text = `(${printAggregate(element.aggregate)}) ${element.op} ${staticText(element.value)}`;
        throw new TraceqlError(`binary operations must operate on the same type: ${text}`);
      }
      return;
    }
    default:
      return;
  }
}

const readsSpan = (expression: FieldExpression): boolean =>
  expression.node === 'binary'
    ? readsSpan(expression.left) || readsSpan(expression.right)
    : expression.node === 'unary'
      ? readsSpan(expression.expression)
      : expression.node !== 'static';

function validateAggregate(aggregate: Aggregate): void {
  if (aggregate.field === null) return;
  const type = impliedType(aggregate.field);
  if (type !== 'any' && type !== 'number') {
    throw new TraceqlError(`aggregate field expressions must resolve to a number type: ${printAggregate(aggregate)}`);
  }
  if (!readsSpan(aggregate.field)) {
    throw new TraceqlError(`aggregate field expressions must reference the span: ${printAggregate(aggregate)}`);
  }
}

const INTRINSIC_TYPES: Readonly<Record<string, ImpliedType>> = {
  status: 'status',
  kind: 'kind',
  duration: 'number',
  traceDuration: 'number',
  childCount: 'number',
  nestedSetParent: 'number',
  nestedSetLeft: 'number',
  nestedSetRight: 'number',
  'event:timeSinceStart': 'number',
  parent: 'nil',
};

function impliedType(expression: FieldExpression): ImpliedType {
  switch (expression.node) {
    case 'attribute':
      return 'any';
    case 'intrinsic':
      return INTRINSIC_TYPES[expression.intrinsic] ?? 'string';
    case 'static': {
      const { type } = expression.value;
      if (type === 'int' || type === 'float' || type === 'duration') return 'number';
      return type === 'array' ? 'any' : type;
    }
    case 'unary': {
      const type = impliedType(expression.expression);
      if (type !== 'any' && type !== (expression.op === '!' ? 'bool' : 'number')) {
        throw new TraceqlError(`illegal operation for the given type: ${printField(expression)}`);
      }
      return expression.op === '!' ? 'bool' : 'number';
    }
    case 'binary': {
      const left = impliedType(expression.left);
      const right = impliedType(expression.right);
      const text = printField(expression);
      if (!matching(left, right)) throw new TraceqlError(`binary operations must operate on the same type: ${text}`);
      if (!valid(expression.op, left) || !valid(expression.op, right)) {
        throw new TraceqlError(`illegal operation for the given types: ${text}`);
      }
      if (expression.op === '=~' || expression.op === '!~') validateRegex(expression.right);
      return '+-*/%^'.includes(expression.op) ? 'number' : 'bool';
    }
  }
}

function validateRegex(expression: FieldExpression): void {
  if (expression.node !== 'static' || expression.value.type !== 'string') return;
  try {
    RE2JS.compile(expression.value.value);
  } catch (error) {
    throw new TraceqlError(error instanceof Error ? error.message : 'error parsing regexp');
  }
}

const matching = (left: ImpliedType, right: ImpliedType): boolean =>
  left === right || left === 'any' || right === 'any' || left === 'nil' || right === 'nil';

function valid(op: BinaryOp, type: ImpliedType): boolean {
  if (type === 'any') return true;
  switch (op) {
    case '=':
    case '!=':
      return true;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return type === 'number' || type === 'string';
    case '=~':
    case '!~':
      return type === 'string';
    case '&&':
    case '||':
      return type === 'bool';
    default:
      return type === 'number';
  }
}
