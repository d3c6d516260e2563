import 'server-only';
import { type ModelChoices, Role } from '@/lib/contracts/fleet';
import { byRole, rolesOf } from '@/lib/domain/roles';
import { Gather } from '../gather';
import { gaugeQuery, requestsQuery } from '../prometheus/signal-queries';
import { modelConfigOf, type Telemetry } from '../telemetry';
import { modelOf, versionOf } from './labels';
import { MAX_MODELS } from './read-fleet';

/** Models with requests in the range and their versions with roles, by name; two queries. */
export async function readChoices(
  { prometheus, map, config }: Telemetry,
  { startMs, endMs }: { startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<ModelChoices> {
  const gather = new Gather(signal);
  const query = requestsQuery(map, { fn: 'increase', windowMs: endMs - startMs, model: null, byVersion: true });
  const { role } = map.contract;
  const { model: roleModel = '', version: roleVersion = '', role: roleName = '' } = role.labels;
  const rolesQuery = role.present ? gaugeQuery(role.metric, [roleModel, roleVersion, roleName]) : null;
  const [requests, told] = await Promise.all([
    query === null ? null : gather.need('models with requests', prometheus.instant(query, endMs, signal)),
    gather.take('roles', rolesQuery === null ? null : prometheus.instant(rolesQuery, endMs, signal)),
  ]);
  const models = new Map<string, { version: string; requests: number | null }[]>();
  for (const { labels, value } of requests ?? []) {
    const model = modelOf(map, labels);
    if (model === '' || !value) continue;
    models.set(model, [...(models.get(model) ?? []), { version: versionOf(map, labels), requests: value }]);
  }
  const rolesFor = (model: string): Map<string, Role> => {
    const roles = new Map<string, Role>();
    for (const { labels, value } of told ?? []) {
      const parsed = Role.safeParse(labels[roleName]);
      if (labels[roleModel] === model && value && parsed.success) roles.set(labels[roleVersion] ?? '', parsed.data);
    }
    return roles;
  };
  const names = [...models.keys()].sort().slice(0, MAX_MODELS);
  return {
    models: names.map((model) => {
      const versions = models.get(model) ?? [];
      const configured = modelConfigOf(config, model) ?? { champion: null, challenger: null };
      const roles = rolesOf(versions, configured, rolesFor(model));
      return {
        model,
        versions: versions
          .map(({ version }) => ({ version, role: roles.get(version) ?? ('other' as const) }))
          .sort(byRole),
      };
    }),
    why: gather.why,
  };
}
