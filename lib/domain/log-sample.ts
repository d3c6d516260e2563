import { formatCount, formatRatioPercent } from './format';

/** A part of the time from which lines are taken, and how many requests it held; null: not counted. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly requests: number | null;
}

/** A piece of time whose lines are read, `limit` at most; `stretch` is the index of the stretch it lies in. */
export interface SamplePiece {
  readonly stretch: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly limit: number;
}

export interface SamplePlan {
  /** Part of the time that is read, 0 to 1; null where requests were not counted, and then the newest of each piece are. */
  readonly share: number | null;
  readonly pieces: readonly SamplePiece[];
}

/** Parts of a stretch that lines are taken from, each as large a share: what happened in one of them is in the sample. */
export const PARTS = 4;
/** Pieces of a whole plan that are drawn at most: each is a query. */
const MOST_PIECES = 192;
/** Lines that a piece is expected to hold at most, so that a burst in it is still read whole. */
const MOST_EXPECTED = 1_500;

/**
 * Which pieces of time to read so that about `budget` lines come, each instant with the same chance whenever in its
 * stretch it lies: every part of every stretch gives the same share of its time, at a place that a fixed seed draws.
 * Everything where the budget allows it. `most`: lines that one request may ask for.
 */
export function samplePlan(
  stretches: readonly Stretch[],
  { budget, most, mayDraw = MOST_PIECES }: { budget: number; most: number; mayDraw?: number },
): SamplePlan {
  const counts = stretches.map(({ requests }) => requests);
  const least = Math.max(1, Math.min(PARTS, Math.floor(mayDraw / Math.max(1, stretches.length))));
  const total = counts.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
  if (total === null) {
    const limit = Math.max(1, Math.min(most, Math.ceil(budget / (least * stretches.length))));
    const pieces = stretches.flatMap((one, stretch) =>
      partsOf(one, least).map((part) => ({ stretch, ...part, limit })),
    );
    return { share: null, pieces };
  }
  const share = total > budget ? budget / total : 1;
  const pieces = stretches.flatMap((one, stretch) => {
    const expected = (one.requests ?? 0) * share;
    // A stretch in which nothing was counted is looked at all the same: a counter that lags is no proof.
    const parts = partsOf(one, Math.max(share < 1 ? least : 1, Math.ceil(expected / MOST_EXPECTED)));
    const limit = Math.min(most, 50 + Math.ceil((3 * expected) / parts.length));
    return parts.flatMap((part) => pieceOf(part, share).map((piece) => ({ stretch, ...piece, limit })));
  });
  return { share, pieces };
}

/**
 * A plan for several windows that are judged each by itself: each gets its part of the budget, so that an hour of the night
 * is known as well as one of the day. `share` is that of the time of all.
 */
export function windowPlans(
  stretches: readonly (Stretch & { readonly window: number })[],
  { budget, windows, most }: { budget: number; windows: number; most: number },
): SamplePlan {
  if (windows <= 1) return samplePlan(stretches, { budget, most });
  const pieces: SamplePiece[] = [];
  const mayDraw = Math.floor(MOST_PIECES / windows);
  let isCounted = true;
  for (let window = 0; window < windows; window += 1) {
    const own = stretches.flatMap((one, i) => (one.window === window ? [{ one, i }] : []));
    const plan = samplePlan(
      own.map(({ one }) => one),
      { budget: budget / windows, most, mayDraw },
    );
    isCounted &&= plan.share !== null;
    pieces.push(...plan.pieces.map((piece) => ({ ...piece, stretch: own[piece.stretch]?.i ?? -1 })));
  }
  return { share: isCounted ? lengthOf(pieces) / Math.max(1, lengthOf(stretches)) : null, pieces };
}

const lengthOf = (list: readonly Span[]): number => list.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

function partsOf({ startMs, endMs }: Span, count: number): Span[] {
  const edge = (i: number) => startMs + Math.round(((endMs - startMs) * i) / count);
  return Array.from({ length: count }, (_, i) => ({ startMs: edge(i), endMs: edge(i + 1) })).filter(
    (part) => part.endMs > part.startMs,
  );
}

/** The share of a part that is read. What reaches over its end goes on at its beginning: no instant is preferred. */
function pieceOf({ startMs, endMs }: Span, share: number): Span[] {
  const lengthMs = endMs - startMs;
  const readMs = Math.max(1, Math.round(share * lengthMs));
  if (readMs >= lengthMs) return [{ startMs, endMs }];
  const fromMs = startMs + Math.floor(drawnOf(startMs, lengthMs) * lengthMs);
  const over = fromMs + readMs - endMs;
  if (over <= 0) return [{ startMs: fromMs, endMs: fromMs + readMs }];
  return [
    { startMs, endMs: startMs + over },
    { startMs: fromMs, endMs },
  ];
}

/** A number from 0 to 1 that depends on the place alone: the same question gets the same sample. Steele et al. 2014. */
function drawnOf(startMs: number, lengthMs: number): number {
  let state = (Math.floor(startMs / 2 ** 32) ^ (startMs >>> 0) ^ Math.imul(lengthMs, 0x9e3779b9)) >>> 0;
  state = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
}

/** How a sample came about, for the page: "0.6 % of the time, in 96 pieces drawn evenly over the range". */
export function sampleWords({ share, pieces, cut }: { share: number | null; pieces: number; cut: number }): string {
  const capped = cut === 0 ? '' : `; ${formatCount(cut)} held more than may be read at once, of those the newest`;
  if (share === null) {
    return `the newest of ${formatCount(pieces)} pieces of the range, since how many lines there are could not be counted`;
  }
  if (share >= 1) return `all there are${capped}`;
  return `every line of ${formatCount(pieces)} pieces of time drawn evenly over the range, ${formatRatioPercent(share)} of it${capped}`;
}
