import { ExplainParams } from '@/lib/contracts/traces';
import { route } from '@/lib/server/route';
import { explainTraces } from '@/lib/server/trace-search/explain';
import { explainStream } from '@/lib/server/trace-search/explain-stream';
import { queryOf } from '@/lib/server/trace-search/filter';
import { openTempo } from '@/lib/server/trace-search/open';

/** What is different in the selected traces, as lines of JSON: progress, then the result or an error. */
export const POST = route('telemetry:read', ExplainParams, (params, { signal }): Response => {
  const tempo = openTempo();
  // A query that cannot be written is refused before the first line.
  queryOf(params);
  return explainStream((tell, stop) => explainTraces(tempo, params, tell, stop), signal);
});
