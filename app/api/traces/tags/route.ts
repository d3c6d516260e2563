import { type TraceTags, TraceTagsParams } from '@/lib/contracts/traces';
import { whyOf } from '@/lib/server/answer';
import { route } from '@/lib/server/route';
import { spanNames } from '@/lib/server/trace-search/names';
import { openTempo } from '@/lib/server/trace-search/open';
import { fieldsOf } from '@/lib/server/trace-search/tags';

/** Fields that spans of the range have. */
export const GET = route('telemetry:read', TraceTagsParams, async (range, { signal }): Promise<TraceTags> => {
  const answer = await openTempo().tags(range, signal);
  return { fields: fieldsOf(answer.value), ...spanNames(), why: [whyOf(answer, 'attributes of spans')] };
});
