import { randomUUID } from 'node:crypto';
import { BadPattern, labelsTest } from '../label-matchers';
import type { Labels, Matcher } from '../stores';

/** A matcher as the API of Alertmanager has it. */
export interface ApiMatcher {
  name: string;
  value: string;
  isRegex: boolean;
  isEqual: boolean;
}

export interface HeldSilence {
  id: string;
  matchers: ApiMatcher[];
  startsAtMs: number;
  endsAtMs: number;
  updatedAtMs: number;
  createdBy: string;
  comment: string;
}

/** A refusal in Alertmanager's words, with its status. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const toMatcher = ({ name, value, isRegex, isEqual }: ApiMatcher): Matcher => ({
  name,
  op: isEqual ? (isRegex ? '=~' : '=') : isRegex ? '!~' : '!=',
  value,
});

/** Expired silences are kept this long, as Alertmanager's --data.retention does. */
const RETENTION_MS = 120 * 3_600_000;

/** As Alertmanager tells it: over from the very millisecond of its end, not begun before that of its start. */
export const stateOf = ({ startsAtMs, endsAtMs }: HeldSilence, nowMs: number): 'active' | 'pending' | 'expired' =>
  endsAtMs <= nowMs ? 'expired' : startsAtMs > nowMs ? 'pending' : 'active';

const RANK = { active: 0, pending: 1, expired: 2 } as const;

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** The silences of a lab, by the rules of `silence/silence.go`. */
export class Silences {
  private readonly held = new Map<string, HeldSilence>();

  /** Active ones, the first to end first; pending ones, the first to start first; expired ones of the retention, the latest first. */
  list(nowMs: number): HeldSilence[] {
    for (const [id, { endsAtMs }] of this.held) if (endsAtMs + RETENTION_MS < nowMs) this.held.delete(id);
    return [...this.held.values()].sort((a, b) => {
      const state = stateOf(a, nowMs);
      const rank = RANK[state] - RANK[stateOf(b, nowMs)];
      if (rank !== 0) return rank;
      if (state === 'pending') return a.startsAtMs - b.startsAtMs;
      return state === 'active' ? a.endsAtMs - b.endsAtMs : b.endsAtMs - a.endsAtMs;
    });
  }

  get(id: string): HeldSilence | null {
    return this.held.get(id) ?? null;
  }

  /** Stores a silence, or changes one; what cannot be changed in place is ended and made anew. Throws Refused. */
  set(wanted: Omit<HeldSilence, 'id' | 'updatedAtMs'> & { id: string | null }, nowMs: number): string {
    const { id, ...fields } = wanted;
    if (fields.endsAtMs <= fields.startsAtMs)
      throw new Refused(400, 'Failed to create silence: start time must be before end time');
    if (fields.endsAtMs <= nowMs) throw new Refused(400, "Failed to create silence: end time can't be in the past");
    try {
      const fitsEmpty = fields.matchers.every((matcher) => labelsTest([toMatcher(matcher)])({}));
      if (fitsEmpty) throw new Refused(400, 'invalid silence: at least one matcher must not match the empty string');
    } catch (error) {
      if (error instanceof BadPattern) throw new Refused(400, `invalid silence: ${error.message}`);
      throw error;
    }
    const present = id === null ? null : this.held.get(id);
    if (id !== null && present === undefined) throw new Refused(404, 'silence not found');
    if (present) {
      const isSame = JSON.stringify(present.matchers) === JSON.stringify(fields.matchers);
      const state = stateOf(present, nowMs);
      const mayChange =
        (state === 'active' && seconds(fields.startsAtMs) === seconds(present.startsAtMs)) ||
        (state === 'pending' && fields.startsAtMs >= nowMs);
      if (isSame && mayChange) {
        Object.assign(present, fields, { updatedAtMs: nowMs });
        return present.id;
      }
      this.end(present.id, nowMs);
    }
    const made = {
      ...fields,
      id: randomUUID(),
      startsAtMs: Math.max(fields.startsAtMs, nowMs),
      updatedAtMs: nowMs,
    };
    this.held.set(made.id, made);
    return made.id;
  }

  /** Ends a silence; false when there is none. */
  end(id: string, nowMs: number): boolean {
    const silence = this.held.get(id);
    if (silence === undefined) return false;
    if (silence.endsAtMs > nowMs) {
      silence.endsAtMs = nowMs;
      silence.startsAtMs = Math.min(silence.startsAtMs, nowMs);
      silence.updatedAtMs = nowMs;
    }
    return true;
  }

  /** Ids of the active silences that fit an alert. */
  muting(labels: Labels, nowMs: number): string[] {
    return [...this.held.values()]
      .filter((silence) => stateOf(silence, nowMs) === 'active' && labelsTest(silence.matchers.map(toMatcher))(labels))
      .map(({ id }) => id)
      .sort();
  }
}
