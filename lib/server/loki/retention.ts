import 'server-only';
import { z } from 'zod';
import type { SourceConfig } from '../config';
import { isSettingHidden, settingAt, settingsTree, settingText } from '../upstream/settings-yaml';
import { lokiApi } from './api';

/** Where a Loki may say how long it keeps lines, newest first: the last two are pages of its settings as YAML. */
export const LOKI_RETENTION_PATHS = ['/loki/api/v1/drilldown-limits', '/config/tenant/v1/limits', '/config'] as const;

const DrilldownLimits = z.object({ limits: z.object({ retention_period: z.string().optional() }).nullish() });

/** Without a period, as Loki writes it: for good. */
const FOR_GOOD = '0s';

/**
 * The period in a tenant's limits, or in the whole of the settings: there it holds only while the compactor deletes, the
 * table manager of older versions has a period of its own, and without either everything is kept.
 */
function periodIn(page: string): string | undefined {
  const tree = settingsTree(page);
  const tenant = settingText(tree, 'retention_period') ?? settingText(tree, 'overrides', 'retention_period');
  if (tenant !== undefined) return tenant;
  const period = settingText(tree, 'limits_config', 'retention_period');
  if (settingAt(tree, 'compactor', 'retention_enabled') !== false) return period;
  const deletesTables = settingAt(tree, 'table_manager', 'retention_deletes_enabled') === true;
  return deletesTables ? settingText(tree, 'table_manager', 'retention_period') : FOR_GOOD;
}

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
    if (!isSettingHidden(error)) throw error;
  }
  for (const path of pages) {
    try {
      const answer = await api({ path, schema: z.string(), span: null, signal, accept: 'text' });
      const told = periodIn(answer.value);
      if (told !== undefined) return told;
    } catch (error) {
      if (!isSettingHidden(error)) throw error;
    }
  }
  return null;
}
