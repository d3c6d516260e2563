import type { Status } from '@/lib/contracts/answer';

const RANK: Readonly<Record<Status, number>> = { bad: 0, watch: 1, unknown: 2, ok: 3 };

/** Worst first. */
export const rankOf = (status: Status): number => RANK[status];
