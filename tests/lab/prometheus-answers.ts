import type { LabAnswer, LabEngine, LabRequest } from '@/lab/http';
import type { Labels, Series } from '@/lab/stores';

/** A series of these points. */
export const series = (labels: Labels, points: readonly [seconds: number, value: number][]): Series => ({
  labels,
  timesMs: Float64Array.from(points, ([seconds]) => seconds * 1000),
  values: Float64Array.from(points, ([, value]) => value),
});

/** A query as the engine takes it. */
export const labRequest = (path: string, params: URLSearchParams, nowMs: number, method = 'GET'): LabRequest => ({
  method,
  path,
  params,
  headers: {},
  body: Buffer.alloc(0),
  nowMs,
});

export const ask = async (
  engine: LabEngine,
  path: string,
  params: Record<string, string | number | readonly string[]>,
  nowMs = 0,
): Promise<LabAnswer> => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string' || typeof value === 'number') search.append(name, String(value));
    else for (const one of value) search.append(name, one);
  }
  return engine(labRequest(path, search, nowMs));
};

interface Shown {
  metric: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}

type Result = { resultType: string; result: Shown[] | [number, string] };

const toNumber = (text: string): number => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text));

function isNear(a: string, b: string): boolean {
  const [left, right] = [toNumber(a), toNumber(b)];
  if (Object.is(left, right) || left === right) return true;
  // What cancels to nothing may be left as rounding dust of either sign.
  return Math.abs(left - right) <= Math.max(1e-9 * Math.max(Math.abs(left), Math.abs(right)), 1e-12);
}

const pointsOf = (series: Shown): [number, string][] =>
  series.value === undefined ? (series.values ?? []) : [series.value];
const keyOf = (series: Shown): string => JSON.stringify(Object.entries(series.metric).sort());

/** Null where two query results agree (numbers to 1e-9, series in any order unless `ordered`), else what differs first. */
export function difference(actual: Result, expected: Result, ordered: boolean): string | null {
  if (actual.resultType !== expected.resultType) return `type ${actual.resultType} for ${expected.resultType}`;
  const isPair = (result: Result['result']): result is [number, string] => typeof result[0] === 'number';
  if (isPair(actual.result) || isPair(expected.result)) {
    if (!isPair(actual.result) || !isPair(expected.result)) return 'a scalar on one side only';
    const same =
      actual.result[0] === expected.result[0] &&
      (actual.result[1] === expected.result[1] || isNear(actual.result[1], expected.result[1]));
    return same ? null : `${actual.result} for ${expected.result}`;
  }
  const arrange = (result: Shown[]): Shown[] =>
    ordered ? result : result.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const [left, right] = [arrange(actual.result), arrange(expected.result)];
  const names = (list: Shown[]): string => list.map(keyOf).join('\n');
  if (names(left) !== names(right)) return `series\n${names(left)}\nfor\n${names(right)}`;
  for (const [place, series] of right.entries()) {
    const got = pointsOf(left[place] ?? { metric: {} });
    const wanted = pointsOf(series);
    if (got.length !== wanted.length)
      return `${got.length} points for ${wanted.length} of ${keyOf(series)}: ${got.slice(0, 3)} for ${wanted.slice(0, 3)}`;
    for (const [index, [time, value]] of wanted.entries()) {
      const point = got[index];
      if (point === undefined || point[0] !== time || !isNear(point[1], value)) {
        return `${point} for ${time},${value} of ${keyOf(series)}`;
      }
    }
  }
  return null;
}

/** The data of a success, parsed; throws what the server said instead. */
export function resultOf(body: string): Result {
  const answer = JSON.parse(body);
  if (answer.status !== 'success') throw new Error(`${answer.errorType}: ${answer.error}`);
  return answer.data;
}
