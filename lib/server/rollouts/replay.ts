import 'server-only';
import { z } from 'zod';
import { ComparePolicy } from '@/lib/contracts/compare-params';
import type { GuardReplay } from '@/lib/contracts/rollout';
import { judge } from '@/lib/domain/compare';
import { CONSOLE_VERSION } from '../console/version';
import { type Database, db } from '../db';
import { readKept, resultSha256 } from './kept-inputs';
import { readEvaluation } from './store';

const KeptPolicy = z.object({ compare: ComparePolicy });

/** Judges a kept evaluation again, from its kept inputs and policy. Throws `not_found`. */
export async function replayEvaluation(id: string, database: Database = db()): Promise<GuardReplay> {
  const { evaluation, row } = await readEvaluation(id, database);
  const { inputs, isIntact } = readKept({ bytes: row.inputs, sha256: row.inputsSha256 });
  const result = judge(inputs, KeptPolicy.parse(JSON.parse(row.policy)).compare);
  const now = resultSha256(result);
  const same = now === row.resultSha256;
  return {
    evaluation,
    same,
    sha256: { kept: row.resultSha256, now },
    verdict: { kept: evaluation.verdict, now: result.verdict.kind },
    console: { kept: row.consoleVersion, now: CONSOLE_VERSION },
    inputs: { sizeBytes: row.inputsSizeBytes, intact: isIntact },
    sentence: sentenceOf({
      same,
      isIntact,
      isSameVersion: row.consoleVersion === CONSOLE_VERSION,
      kept: row.consoleVersion,
    }),
  };
}

function sentenceOf(found: { same: boolean; isIntact: boolean; isSameVersion: boolean; kept: string }): string {
  if (!found.isIntact) return 'The kept inputs are not the ones that were judged: somebody changed the database.';
  if (found.same) return 'The same verdict, to the bit.';
  if (found.isSameVersion)
    return 'Another verdict from the same inputs by the same console: the kept result was changed, or this is a fault.';
  return `Another verdict from the same inputs: it was made by console ${found.kept}, this is ${CONSOLE_VERSION}.`;
}
