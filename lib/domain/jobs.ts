import type { Job } from '@/lib/contracts/fleet';
import { formatCount, formatDuration } from './format';
import { rankOf } from './status';
import { HOUR_MS } from './time';

/** A batch job that has not succeeded for this long is late, where nothing says how often it runs. */
const JOB_LATE_MS = 26 * HOUR_MS;
/** A backlog that grew by this factor over the range is growing, once it is more than noise. */
const BACKLOG_GROWTH = 1.2;
const BACKLOG_ROWS = 1_000;

/** State of a batch job: how long ago it last succeeded. Null: not measured. */
export function batchState(lastSuccessMs: number | null, endMs: number): Pick<Job, 'status' | 'word'> {
  if (lastSuccessMs === null) return { status: 'unknown', word: 'last success not measured' };
  if (lastSuccessMs <= 0) return { status: 'bad', word: 'never succeeded' };
  const ageMs = Math.max(0, endMs - lastSuccessMs);
  return ageMs > JOB_LATE_MS
    ? { status: 'watch', word: `late: last success ${formatDuration(ageMs)} ago` }
    : { status: 'ok', word: `succeeded ${formatDuration(ageMs)} ago` };
}

/** State of a pipeline: whether its backlog grew over the range. Null: not measured. */
export function pipelineState(nowRows: number | null, beforeRows: number | null): Pick<Job, 'status' | 'word'> {
  if (nowRows === null) return { status: 'unknown', word: 'backlog not measured' };
  if (beforeRows !== null && nowRows > BACKLOG_ROWS && nowRows > beforeRows * BACKLOG_GROWTH) {
    return { status: 'watch', word: `backlog growing: ${formatCount(beforeRows)} to ${formatCount(nowRows)} rows` };
  }
  return { status: 'ok', word: nowRows === 0 ? 'no backlog' : 'backlog steady' };
}

/** What needs a person first, then by name. */
export const byState = (a: Job, b: Job): number => rankOf(a.status) - rankOf(b.status) || (a.name < b.name ? -1 : 1);
