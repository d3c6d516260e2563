import { type ExplainLine, ExplainParams } from '@/lib/contracts/traces';
import { route } from '@/lib/server/route';
import { lineStream, seldom } from '@/lib/server/streams/line-stream';
import { type ExplainProgress, explainTraces } from '@/lib/server/trace-search/explain';
import { queryOf } from '@/lib/server/trace-search/filter';
import { openTempo } from '@/lib/server/trace-search/open';

/** What is different in the selected traces, as lines of JSON: progress, then the result or an error. */
export const POST = route('telemetry:read', ExplainParams, (params, { signal }): Response => {
  const tempo = openTempo();
  // A query that cannot be written is refused before the first line.
  queryOf(params);
  return lineStream<ExplainLine>(
    async (write, stop) => {
      const tell = seldom<ExplainProgress>(
        (progress) => write({ type: 'progress', ...progress }),
        ({ read, of }) => read >= of,
      );
      write({ type: 'result', explanation: await explainTraces(tempo, params, tell, stop) });
    },
    { signal, subject: 'this comparison', failed: (failure) => ({ type: 'error', ...failure }) },
  );
});
