import { LogLineParams } from '@/lib/contracts/logs';
import { AppError } from '@/lib/server/errors';
import { wholeLine } from '@/lib/server/logs/context';
import { requireLoki } from '@/lib/server/logs/filter';
import { route } from '@/lib/server/route';

/** One line whole, as plain text: it may be megabytes long. */
export const GET = route('telemetry:read', LogLineParams, async (params, { signal }) => {
  const line = await wholeLine(requireLoki(), params, signal);
  if (line === null) {
    throw new AppError('not_found', 'This line is no longer in Loki as it was shown, or the query had rewritten it.');
  }
  return new Response(line, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
});
