import 'server-only';
import { z } from 'zod';
import type { SourceConfig } from '../config';
import { hasStatus } from '../upstream-error';
import { lokiApi } from './api';

/** Where a Loki may say how long it keeps lines, newest first: the last two are pages of its settings as YAML. */
export const LOKI_RETENTION_PATHS = ['/loki/api/v1/drilldown-limits', '/config/tenant/v1/limits', '/config'] as const;

const DrilldownLimits = z.object({ limits: z.object({ retention_period: z.string().optional() }).nullish() });

/** Missing, not passed on by a gateway, or not for this tenant: it does not say. */
const isSilent = (error: unknown): boolean => hasStatus(error, 400, 401, 403, 404, 405, 501);

/**
 * `retention_period` as a Loki writes it ("744h", "0s": for good); null when it does not say.
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/#configuration
 */
export async function lokiRetention(source: SourceConfig, signal: AbortSignal): Promise<string | null> {
  const api = lokiApi(source, {});
  const [limits, ...pages] = LOKI_RETENTION_PATHS;
  try {
    const answer = await api({ path: limits, schema: DrilldownLimits, span: null, signal });
    const told = answer.value.limits?.retention_period;
    if (told !== undefined) return told;
  } catch (error) {
    if (!isSilent(error)) throw error;
  }
  for (const path of pages) {
    try {
      const answer = await api({ path, schema: z.string(), span: null, signal, accept: 'text' });
      const told = /^\s*retention_period:\s*["']?([\w.]+)/m.exec(answer.value)?.[1];
      if (told !== undefined) return told;
    } catch (error) {
      if (!isSilent(error)) throw error;
    }
  }
  return null;
}
