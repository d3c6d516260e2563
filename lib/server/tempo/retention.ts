import 'server-only';
import { z } from 'zod';
import type { SourceConfig } from '../config';
import { isSettingHidden, sectionsOf, settingsTree, settingText } from '../upstream/settings-yaml';
import { tempoApi } from './api';

export const TEMPO_RETENTION_PATH = '/status/config';

const isNone = (told: string): boolean => /^(?:0[a-z]+)*0?s?$/.test(told);

/**
 * The defaults of all tenants come before the compactor's own period, and 0s there means "as the compactor". The compactor
 * is a section of its own up to 2.x, and part of the backend worker from 3.0 on.
 */
function retentionIn(page: string): string | undefined {
  const tree = settingsTree(page);
  const tenants = [
    settingText(tree, 'overrides', 'defaults', 'compaction', 'block_retention'),
    settingText(tree, 'overrides', 'block_retention'),
  ];
  const compactors = ['compactor', 'backend_worker', ...sectionsOf(tree)].map((section) =>
    section === 'overrides' ? undefined : settingText(tree, section, 'compaction', 'block_retention'),
  );
  return [...tenants, ...compactors].find((told) => told !== undefined && !isNone(told));
}

/**
 * `block_retention` as a Tempo writes it ("336h0m0s"); null when it does not say: a gateway may route the API alone.
 * https://grafana.com/docs/tempo/latest/api_docs/#status
 */
export async function tempoRetention(source: SourceConfig, signal: AbortSignal): Promise<string | null> {
  const api = tempoApi(source, {});
  try {
    const answer = await api({ path: TEMPO_RETENTION_PATH, schema: z.string(), span: null, signal, accept: 'text' });
    return retentionIn(answer.value) ?? null;
  } catch (error) {
    if (isSettingHidden(error)) return null;
    throw error;
  }
}
