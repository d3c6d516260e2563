import type {
  GuardAction,
  GuardEvaluation,
  GuardMode,
  GuardPolicy,
  GuardState,
  GuardSwitch,
} from '@/lib/contracts/rollout';
import { formatDuration } from './format';

/** What a guard's panel opens with. */

/** An evaluation older than this many intervals means that nobody evaluates. */
const LATE_INTERVALS = 3;

export interface GuardStanding {
  model: string;
  mode: GuardMode;
  policy: Pick<GuardPolicy, 'intervalMs' | 'violations' | 'webhooks'>;
  newest: GuardEvaluation | null;
  /** The switch that is thrown, of the model or of all of them; null: none. */
  thrown: GuardSwitch | null;
  action: GuardAction | null;
  nowMs: number;
}

/** The state of a guard in one or two sentences. */
export function guardAnswer({
  model,
  mode,
  policy,
  newest,
  thrown,
  action,
  nowMs,
}: GuardStanding): GuardState['answer'] {
  if (mode === 'off') return { status: 'unknown', text: `No guard watches ${model}: policy.guard.enabled is not set.` };
  if (mode === 'killed') {
    const whose = thrown?.model === null ? 'The kill switch of every guard' : 'The kill switch';
    return {
      status: 'watch',
      text: `${whose} was thrown by ${thrown?.by ?? 'somebody'}: ${thrown?.reason ?? ''} The guard records and does nothing.`,
    };
  }
  const armed = mode === 'armed' ? 'Armed' : 'Dry run';
  if (newest === null) return { status: 'unknown', text: `${armed}: the first evaluation is still to come.` };
  const ageMs = nowMs - newest.atMs;
  if (ageMs > LATE_INTERVALS * policy.intervalMs) {
    return {
      status: 'watch',
      text: `${armed}, but the newest evaluation is ${formatDuration(ageMs)} old: no console evaluates at the moment.`,
    };
  }
  const isAboutAction =
    action !== null && action.champion === newest.champion && action.challenger === newest.challenger;
  if (isAboutAction && newest.verdict === 'roll-back') {
    const agoText = `${formatDuration(Math.max(0, nowMs - action.atMs))} ago`;
    const dead = action.deliveries.filter(({ state }) => state === 'dead');
    if (action.dryRun)
      return { status: 'bad', text: `${armed}: it would have rolled ${action.challenger} back ${agoText}.` };
    if (dead.length > 0) {
      const names = dead.map(({ endpoint }) => endpoint).join(', ');
      return {
        status: 'bad',
        text: `It asked for ${action.challenger} to be rolled back ${agoText}, but ${names} could not be told.`,
      };
    }
    return { status: 'bad', text: `It asked for ${action.challenger} to be rolled back ${agoText}.` };
  }
  const status = newest.verdict === 'roll-back' ? 'bad' : newest.verdict === 'in-doubt' ? 'watch' : 'ok';
  return { status, text: `${armed}. ${newest.decided}` };
}
