import 'server-only';
import type { CompareReportParams } from '@/lib/contracts/compare-params';
import { judge, withWhatIf } from '@/lib/domain/compare';
import { compareReport } from '@/lib/domain/compare-report';
import { getConfig } from '../config';
import { readCompare } from './read-compare';
import { readTraces } from './read-traces';

/** A comparison as a Markdown file, under the configured policy or an edited one. */
export async function readReport(
  params: CompareReportParams,
  context: { signal: AbortSignal; nowMs: number },
): Promise<{ text: string; fileName: string }> {
  const { model, champion, challenger, startMs, endMs, splitMs, ...edit } = params;
  const compare = await readCompare({ model, champion, challenger, startMs, endMs, splitMs }, context);
  const { inputs } = compare;
  const result = judge(inputs, withWhatIf(compare.result.policy, edit));
  const p95 = result.measures.find(({ id }) => id === 'p95');
  const canRead = getConfig().sources.tempo.length > 0 && inputs.champion !== null && inputs.challenger !== null;
  const traces = canRead
    ? await readTraces(
        {
          model,
          champion: inputs.champion?.version ?? '',
          challenger: inputs.challenger?.version ?? '',
          startMs: inputs.startMs,
          endMs: inputs.endMs,
          splitMs: inputs.splitMs ?? undefined,
          championMs: p95?.champion ?? undefined,
          challengerMs: p95?.challenger ?? undefined,
        },
        context.signal,
      )
    : null;
  return {
    text: compareReport(compare, result, traces),
    fileName: `${plain(model)}-${plain(inputs.challenger?.version ?? 'compare')}.md`,
  };
}

/** A name that fits a header and a file system. */
const plain = (text: string): string => text.replace(/[^\w.-]+/g, '-').slice(0, 60) || 'compare';
