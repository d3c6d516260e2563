import type { ArithmeticOp, BinaryOp } from './ast';
import type { Static } from './static';
import { isNumeric, NIL } from './static';

/** Whether an operator gives a number instead of true or false. */
export const isArithmetic = (op: BinaryOp): op is ArithmeticOp => '+-*/%^'.includes(op);

/** Integers stay integers (Go truncates their quotient), a duration on either side gives a duration, else floats. */
export function arithmetic(op: ArithmeticOp, left: Static, right: Static): Static {
  if (!isNumeric(left) || !isNumeric(right)) return NIL;
  const a = left.value;
  const b = right.value;
  const integers = left.type === 'int' && right.type === 'int';
  const type = integers ? 'int' : left.type === 'duration' || right.type === 'duration' ? 'duration' : 'float';
  if (integers && b === 0 && (op === '/' || op === '%')) return NIL;
  const value = calculate(op, a, b);
  return { type, value: type === 'float' ? value : Math.trunc(value) };
}

function calculate(op: ArithmeticOp, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '^':
      return a ** b;
  }
}
