import 'server-only';
import type { Labels } from '@/lib/contracts/series';
import { versionLabelOf } from '../prometheus/signal-queries';
import type { SignalMap } from '../signals/signal-map';

/** How a version is called that no label names. */
export const UNVERSIONED = 'unversioned';

/** Model of a series; empty when it has no model label. */
export const modelOf = (map: SignalMap, labels: Labels): string => labels[map.modelLabel] ?? '';

/** Version of a series as people write it. */
export function versionOf(map: SignalMap, labels: Labels): string {
  const label = versionLabelOf(map.version);
  const raw = label === null ? '' : (labels[label] ?? '');
  if (raw === '') return UNVERSIONED;
  const prefix = `${modelOf(map, labels)}_`;
  const strip = map.version.kind === 'label' && map.version.hasModelPrefix && raw.startsWith(prefix);
  return strip && raw.length > prefix.length ? raw.slice(prefix.length) : raw;
}
