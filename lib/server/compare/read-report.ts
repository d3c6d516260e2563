import 'server-only';
import type { CompareReportParams } from '@/lib/contracts/compare-params';
import { exampleTraces } from '@/lib/domain/compare-examples';
import { compareReport } from '@/lib/domain/compare-report';
import { getConfig } from '../config';
import { readJudged } from './read-judged';
import { readTraces } from './read-traces';

/** A comparison as a Markdown file, under the configured policy or an edited one. */
export async function readReport(
  params: CompareReportParams,
  context: { signal: AbortSignal; nowMs: number },
): Promise<{ text: string; fileName: string }> {
  const compare = await readJudged(params, context);
  const { inputs, result } = compare;
  const asked = getConfig().sources.tempo.length > 0 ? exampleTraces(inputs, result) : null;
  const traces = asked === null ? null : await readTraces(asked, context.signal);
  return {
    text: compareReport(compare, result, traces),
    fileName: `${plain(inputs.model)}-${plain(inputs.challenger?.version ?? 'compare')}.md`,
  };
}

/** A name that fits a header and a file system. */
const plain = (text: string): string => text.replace(/[^\w.-]+/g, '-').slice(0, 60) || 'compare';
