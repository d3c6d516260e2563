import 'server-only';
import { Role } from '@/lib/contracts/fleet';
import type { Labels, Sample } from '@/lib/contracts/series';
import { rolesOf } from '@/lib/domain/roles';
import type { Config } from '../config';
import { gaugeQuery } from '../prometheus/signal-queries';
import type { SignalMap } from '../signals/signal-map';
import { modelConfigOf } from '../telemetry';

/** Role of each version that telemetry names, by model and version. */
export type RolesTold = ReadonlyMap<string, ReadonlyMap<string, Role>>;

const NONE: ReadonlyMap<string, Role> = new Map();

/** Names of the labels that say which version of which model has which role. */
const labelNames = ({ contract: { role } }: SignalMap): { model: string; version: string; role: string } => ({
  model: role.labels.model ?? '',
  version: role.labels.version ?? '',
  role: role.labels.role ?? '',
});

/** PromQL for the roles of one model's versions (null: of every model's); null where no metric tells roles. */
export function rolesQuery(map: SignalMap, model: string | null): string | null {
  const { present, metric } = map.contract.role;
  if (!present) return null;
  const names = labelNames(map);
  const ofModel = model === null ? [] : [{ label: names.model, op: '=' as const, value: model }];
  return gaugeQuery(metric, [names.model, names.version, names.role], ofModel);
}

/** What a series of that query says, in its own words: a role may be anything that was exported. */
export function roleSeries(map: SignalMap): (labels: Labels) => { model: string; version: string; role: string } {
  const names = labelNames(map);
  return (labels) => ({
    model: labels[names.model] ?? '',
    version: labels[names.version] ?? '',
    role: labels[names.role] ?? '',
  });
}

/** The roles that an answer to that query tells. A sample of 0 or without a number takes a role back. */
export function rolesTold(map: SignalMap, samples: readonly Sample[] | null): RolesTold {
  const told = new Map<string, Map<string, Role>>();
  const wordsOf = roleSeries(map);
  for (const { labels, value } of samples ?? []) {
    const { model, version, role } = wordsOf(labels);
    const known = Role.safeParse(role);
    if (value === null || value === 0 || !known.success) continue;
    const own = told.get(model) ?? new Map<string, Role>();
    own.set(version, known.data);
    told.set(model, own);
  }
  return told;
}

/** A model's versions, each with its role: as configured, else as telemetry tells, else by age. In the order given. */
export function withRoles<T extends { version: string; requests: number | null }>(
  versions: readonly T[],
  { config, model, told }: { config: Config; model: string; told: RolesTold },
): (T & { role: Role })[] {
  const configured = modelConfigOf(config, model) ?? { champion: null, challenger: null };
  const roles = rolesOf(versions, configured, told.get(model) ?? NONE);
  return versions.map((one) => ({ ...one, role: roles.get(one.version) ?? 'other' }));
}
