import 'server-only';
import type { ModelChoices } from '@/lib/contracts/fleet';
import { byRole } from '@/lib/domain/roles';
import { Gather } from '../gather';
import { requestsQuery } from '../prometheus/signal-queries';
import type { Telemetry } from '../telemetry';
import { modelOf, versionOf } from './labels';
import { MAX_MODELS } from './read-fleet';
import { rolesQuery, rolesTold, withRoles } from './roles';

/** Models with requests in the range and their versions with roles, by name; two queries. */
export async function readChoices(
  { prometheus, map, config }: Telemetry,
  { startMs, endMs }: { startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<ModelChoices> {
  const gather = new Gather(signal);
  const query = requestsQuery(map, { fn: 'increase', windowMs: endMs - startMs, model: null, byVersion: true });
  const roles = rolesQuery(map, null);
  const [requests, samples] = await Promise.all([
    query === null ? null : gather.need('models with requests', prometheus.instant(query, endMs, signal)),
    gather.take('roles', roles === null ? null : prometheus.instant(roles, endMs, signal)),
  ]);
  const models = new Map<string, { version: string; requests: number | null }[]>();
  for (const { labels, value } of requests ?? []) {
    const model = modelOf(map, labels);
    if (model === '' || !value) continue;
    models.set(model, [...(models.get(model) ?? []), { version: versionOf(map, labels), requests: value }]);
  }
  const told = rolesTold(map, samples);
  const names = [...models.keys()].sort().slice(0, MAX_MODELS);
  return {
    models: names.map((model) => ({
      model,
      versions: withRoles(models.get(model) ?? [], { config, model, told })
        .map(({ version, role }) => ({ version, role }))
        .sort(byRole),
    })),
    why: gather.why,
  };
}
