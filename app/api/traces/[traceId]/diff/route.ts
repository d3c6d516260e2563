import { TraceDiffParams } from '@/lib/contracts/trace-diff';
import { route } from '@/lib/server/route';
import { traceDiffReport } from '@/lib/server/traces/diff';

export const GET = route('telemetry:read', TraceDiffParams, (asked, { signal }) => traceDiffReport(asked, signal));
