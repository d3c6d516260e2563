import type { CompareResult } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';

/** What a webhook is told when a guard acts. Pure; names of versions are whatever telemetry says, as JSON strings. */

/** The address of the page that shows what was judged, below the console's own. */
export function comparePath({ model, champion, challenger, startMs, endMs }: CompareInputs): string {
  const search = new URLSearchParams({
    model,
    ...(champion === null ? {} : { champion: champion.version }),
    ...(challenger === null ? {} : { challenger: challenger.version }),
    window: 'range',
    from: String(startMs),
    to: String(endMs),
  });
  return `/compare?${search}`;
}

/** The sentence a comparison opens with. */
export const firstSentence = ({ answer }: CompareResult): string =>
  answer[0]?.parts
    .map(({ text }) => text)
    .join('')
    .trim() ?? '';

export interface RollbackMessage {
  evaluationId: string;
  inputs: CompareInputs;
  result: CompareResult;
  /** Violations in a row. */
  run: number;
  violations: number;
  /** The incident that was declared; null: none. */
  incident: { id: string; number: number } | null;
  /** Address of the console without a trailing slash; null: not configured. */
  publicUrl: string | null;
}

/** What, which versions, why with numbers and intervals, and where to look. Shares are 0 to 1, times milliseconds. */
export function rollbackMessage(message: RollbackMessage): object {
  const { evaluationId, inputs, result, run, violations, incident, publicUrl } = message;
  const { model, champion, challenger, startMs, endMs } = inputs;
  const path = comparePath(inputs);
  return {
    action: 'rollback',
    model,
    champion: champion?.version ?? null,
    challenger: challenger?.version ?? null,
    verdict: 'roll_back',
    sentence: firstSentence(result),
    reasons: result.verdict.reasons.map(({ text, decides }) => ({ text, decides })),
    measures: result.measures
      .filter(({ limit }) => limit !== null)
      .map(({ id, name, unit, champion: before, challenger: after, difference, interval, limit, state }) => ({
        id,
        name,
        unit,
        champion: before,
        challenger: after,
        difference,
        interval,
        limit,
        state,
      })),
    requests: { champion: champion?.requests ?? null, challenger: challenger?.requests ?? null },
    violations: { in_a_row: run, of: violations },
    policy: result.policy,
    window: { start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() },
    evaluation_id: evaluationId,
    incident,
    links: { compare: publicUrl === null ? null : `${publicUrl}${path}`, compare_path: path },
  };
}
