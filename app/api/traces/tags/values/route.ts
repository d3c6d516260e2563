import { type TraceValues, TraceValuesParams } from '@/lib/contracts/traces';
import { whyOf } from '@/lib/server/answer';
import { route } from '@/lib/server/route';
import { condition, field, spanset } from '@/lib/server/tempo/traceql';
import { spanNames } from '@/lib/server/trace-search/names';
import { openTempo } from '@/lib/server/trace-search/open';
import { firstValues } from '@/lib/server/trace-search/tags';

/** Values of one field in the range, of one model where one is named. */
export const GET = route(
  'telemetry:read',
  TraceValuesParams,
  async ({ field: asked, model, ...range }, { signal }): Promise<TraceValues> => {
    const on = field(asked);
    const filter = model === undefined ? undefined : spanset([condition(spanNames().model, '=', model)]);
    const answer = await openTempo().tagValues(on, { ...range, filter }, signal);
    return { ...firstValues(answer.value), why: [whyOf(answer, `values of ${on}`)] };
  },
);
