import type { ValueType } from './ast';

export interface Signature {
  args: readonly ValueType[];
  /** How many arguments beyond `args.length - 1` may follow: 0 exactly `args`, -1 without bound. */
  variadic: number;
  returns: ValueType;
}

const signature = (args: readonly ValueType[], variadic = 0, returns: ValueType = 'vector'): Signature => ({
  args,
  variadic,
  returns,
});

const OVER_MATRIX = [
  'rate increase irate delta idelta deriv resets changes',
  'avg_over_time min_over_time max_over_time sum_over_time count_over_time last_over_time first_over_time',
  'stddev_over_time stdvar_over_time present_over_time absent_over_time mad_over_time',
  'ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time ts_of_first_over_time',
];

const OVER_VECTOR = [
  'abs ceil floor exp ln log2 log10 sqrt sgn absent timestamp sort sort_desc deg rad',
  'sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh',
  'histogram_count histogram_sum histogram_avg histogram_stddev histogram_stdvar',
];

const OF_DATE = 'minute hour day_of_month day_of_week day_of_year days_in_month month year';

const named = (names: string, of: Signature): [string, Signature][] => names.split(' ').map((name) => [name, of]);

/** The functions of PromQL with the types of their arguments, experimental ones included. */
export const SIGNATURES: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ...named(OVER_MATRIX.join(' '), signature(['matrix'])),
  ...named(OVER_VECTOR.join(' '), signature(['vector'])),
  ...named(OF_DATE, signature(['vector'], 1)),
  ...named('clamp_min clamp_max', signature(['vector', 'scalar'])),
  ...named('sort_by_label sort_by_label_desc', signature(['vector', 'string'], -1)),
  ['clamp', signature(['vector', 'scalar', 'scalar'])],
  ['round', signature(['vector', 'scalar'], 1)],
  ['histogram_quantile', signature(['scalar', 'vector'])],
  ['histogram_fraction', signature(['scalar', 'scalar', 'vector'])],
  ['quantile_over_time', signature(['scalar', 'matrix'])],
  ['predict_linear', signature(['matrix', 'scalar'])],
  ['double_exponential_smoothing', signature(['matrix', 'scalar', 'scalar'])],
  ['info', signature(['vector', 'vector'], 1)],
  ['label_replace', signature(['vector', 'string', 'string', 'string', 'string'])],
  ['label_join', signature(['vector', 'string', 'string', 'string'], -1)],
  ['scalar', signature(['vector'], 0, 'scalar')],
  ['vector', signature(['scalar'])],
  ['time', signature([], 0, 'scalar')],
  ['pi', signature([], 0, 'scalar')],
]);

export const AGGREGATIONS: ReadonlySet<string> = new Set(
  'sum avg min max count stddev stdvar group topk bottomk quantile count_values limitk limit_ratio'.split(' '),
);

/** Aggregations that take a parameter before the vector. */
export const PARAMETRIC: ReadonlySet<string> = new Set(
  'topk bottomk quantile count_values limitk limit_ratio'.split(' '),
);
