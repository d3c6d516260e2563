import type { Role } from '@/lib/contracts/fleet';

/** Versions in the order people mean: numbers by their value, so that 2.10 comes after 2.9. */
export function byVersion(a: string, b: string): number {
  const left = a.split(/(\d+)/);
  const right = b.split(/(\d+)/);
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const x = left[i] ?? '';
    const y = right[i] ?? '';
    if (x === y) continue;
    const order = i % 2 === 1 ? Number(x) - Number(y) : 0;
    if (order !== 0) return order;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/**
 * Roles of a model's versions: what the configuration says, else what model_info says, else of the two newest versions
 * with traffic the older is champion and the newer challenger. A lone version is the champion.
 */
export function rolesOf(
  versions: readonly { version: string; requests: number | null }[],
  configured: { champion: string | null; challenger: string | null },
  told: ReadonlyMap<string, Role>,
): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>();
  const configuredRole = (version: string): Role =>
    version === configured.champion ? 'champion' : version === configured.challenger ? 'challenger' : 'other';
  if (configured.champion !== null || configured.challenger !== null) {
    for (const { version } of versions) roles.set(version, configuredRole(version));
    return roles;
  }
  if (versions.some(({ version }) => told.has(version))) {
    for (const { version } of versions) roles.set(version, told.get(version) ?? 'other');
    return roles;
  }
  const newest = versions
    .filter(({ requests }) => (requests ?? 0) > 0)
    .map(({ version }) => version)
    .sort(byVersion)
    .slice(-2);
  for (const { version } of versions) {
    const at = newest.indexOf(version);
    roles.set(version, at === -1 ? 'other' : at === 0 ? 'champion' : 'challenger');
  }
  return roles;
}

/** Champion, challenger, then the others, newest first. */
export function byRole(a: { role: Role; version: string }, b: { role: Role; version: string }): number {
  const order: readonly Role[] = ['champion', 'challenger', 'other'];
  return order.indexOf(a.role) - order.indexOf(b.role) || byVersion(b.version, a.version);
}
