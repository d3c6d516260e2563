import 'server-only';
import type { Compare } from '@/lib/contracts/compare';
import type { CompareReportParams } from '@/lib/contracts/compare-params';
import { judge, withWhatIf } from '@/lib/domain/compare';
import type { Reading } from '../reading';
import { readCompare } from './read-compare';

/** A comparison judged under the configured policy, or under an edited one where the parameters name one. */
export async function readJudged(params: CompareReportParams, context: Reading): Promise<Compare> {
  const { model, champion, challenger, startMs, endMs, splitMs, ...edit } = params;
  const compare = await readCompare({ model, champion, challenger, startMs, endMs, splitMs }, context);
  const isEdited = Object.values(edit).some((value) => value !== undefined);
  return isEdited ? { ...compare, result: judge(compare.inputs, withWhatIf(compare.result.policy, edit)) } : compare;
}
