import 'server-only';
import { z } from 'zod';
import type { SourceConfig } from '../config';
import { hasStatus } from '../upstream-error';
import { tempoApi } from './api';

export const TEMPO_RETENTION_PATH = '/status/config';

/**
 * `block_retention` as a Tempo writes it ("336h0m0s"); null when it does not say: a gateway may route the API alone.
 * https://grafana.com/docs/tempo/latest/api_docs/#status
 */
export async function tempoRetention(source: SourceConfig, signal: AbortSignal): Promise<string | null> {
  const api = tempoApi(source, {});
  try {
    const answer = await api({ path: TEMPO_RETENTION_PATH, schema: z.string(), span: null, signal, accept: 'text' });
    // Overrides of a tenant stand further down under the same name, and 0s there means "as the compactor".
    const found = [...answer.value.matchAll(/^\s*block_retention:\s*["']?([\w.]+)/gm)].map(([, told = '']) => told);
    return found.find((told) => !/^0(?:h0m0)?s?$/.test(told)) ?? null;
  } catch (error) {
    if (hasStatus(error, 400, 401, 403, 404, 405, 501)) return null;
    throw error;
  }
}
