import 'server-only';
import type { FlaggerHook, RolloutGate } from '@/lib/contracts/rollout-gate';
import { flaggerStatus, gateAnswer, holding } from '@/lib/domain/guard-gate';
import { getConfig } from '../config';
import { DEFAULT_POLICY } from '../config/parse';
import { db } from '../db';
import { AppError } from '../errors';
import { log } from '../log';
import { modelConfigOf } from '../telemetry';
import { modeOf } from './state';
import { lastEvaluation } from './store';
import { readSwitches } from './switches';

/** What a rollout tool should do now. Never throws: a failure of ours is an answer that asks for nothing. */
export async function readGate(
  { model, challenger }: { model: string; challenger?: string | undefined },
  nowMs: number,
): Promise<RolloutGate> {
  const policy = modelConfigOf(getConfig(), model)?.policy.guard ?? DEFAULT_POLICY.guard;
  try {
    const [last, { killed }] = await db().read((client) =>
      Promise.all([lastEvaluation(client, model), readSwitches(client, model)]),
    );
    return gateAnswer({
      model,
      challenger: challenger ?? null,
      nowMs,
      mode: modeOf(policy, killed),
      policy,
      evaluation: last?.evaluation ?? null,
    });
  } catch (error) {
    log.error({ model, err: error }, 'The pull gate could not be answered; it said to hold.');
    const reason =
      error instanceof AppError ? error.message : 'The console failed on this question. Its log has the reason.';
    return holding({ model, mode: modeOf(policy, false), violations: policy.violations, reason });
  }
}

/** The gate as a hook of Flagger: the status decides, the body says why. */
export const flaggerAnswer = (hook: FlaggerHook, gate: RolloutGate): Response =>
  Response.json(gate, { status: flaggerStatus(hook, gate), headers: { 'cache-control': 'no-store' } });
