import type { RangeExpr } from './ast';
import { parseError } from './errors';

const UNWRAPPED = new Set(
  'avg_over_time sum_over_time max_over_time min_over_time stddev_over_time stdvar_over_time quantile_over_time rate rate_counter absent_over_time first_over_time last_over_time'.split(
    ' ',
  ),
);
const PLAIN = new Set(['bytes_over_time', 'bytes_rate', 'count_over_time', 'rate', 'absent_over_time']);
const GROUPED = new Set(
  'avg_over_time stddev_over_time stdvar_over_time quantile_over_time max_over_time min_over_time first_over_time last_over_time'.split(
    ' ',
  ),
);

/** What Loki checks of a range aggregation after its grammar: the quantile, grouping and unwrap that an operation takes. */
export function validateRange(expr: RangeExpr): void {
  if (expr.op === 'quantile_over_time') {
    if (expr.parameter === null) throw parseError('parameter required for operation quantile_over_time');
  } else if (expr.parameter !== null) {
    throw parseError(`parameter ${expr.parameter} not supported for operation ${expr.op}`);
  }
  if (expr.grouping && !GROUPED.has(expr.op)) throw parseError(`grouping not allowed for ${expr.op} aggregation`);
  if (expr.unwrap) {
    if (!UNWRAPPED.has(expr.op)) throw parseError(`invalid aggregation ${expr.op} with unwrap`);
  } else if (!PLAIN.has(expr.op)) {
    throw parseError(`invalid aggregation ${expr.op} without unwrap`);
  }
}
