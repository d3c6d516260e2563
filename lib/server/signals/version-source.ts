import 'server-only';

/** Where the version of a request is read from. */
export type VersionSource =
  | { kind: 'label'; label: string; hasModelPrefix: boolean }
  /** A resource attribute that lives on target_info, joined by job and instance. */
  | { kind: 'target_info'; label: string }
  /** The tag of a container image. */
  | { kind: 'image'; label: string }
  | { kind: 'none' };

/** Labels that Kubernetes scrape configurations copy from pods, in the order of trust. */
const POD_LABELS = ['app_kubernetes_io_version', 'label_app_kubernetes_io_version', 'version', 'label_version'];
const REVISION_LABELS = ['revision_name', 'configuration_name', 'predictor_name'];
const IMAGE_LABELS = ['model_image', 'image', 'container_image'];

/**
 * The first of: what the configuration names, the preset's label, service_version on the series, service_version on
 * target_info, a pod label, the revision, the image's tag. When the labels could not be asked, what was named is taken.
 */
export function versionSourceOf(
  wanted: { configured: readonly string[]; preset: string | null; hasModelPrefix: boolean },
  found: { labels: readonly string[]; targetInfoLabels: readonly string[] },
): VersionSource {
  const named = [...wanted.configured, ...(wanted.preset === null ? [] : [wanted.preset])];
  const pick = (label: string): VersionSource => ({
    kind: 'label',
    label,
    hasModelPrefix: wanted.hasModelPrefix && label === wanted.preset,
  });
  if (found.labels.length === 0) return named[0] === undefined ? { kind: 'none' } : pick(named[0]);
  const first = [...named, 'service_version'].find((label) => found.labels.includes(label));
  if (first !== undefined) return pick(first);
  const onTarget = [...named, 'service_version'].find((label) => found.targetInfoLabels.includes(label));
  if (onTarget !== undefined) return { kind: 'target_info', label: onTarget };
  const later = [...POD_LABELS, ...REVISION_LABELS].find((label) => found.labels.includes(label));
  if (later !== undefined) return pick(later);
  const image = IMAGE_LABELS.find((label) => found.labels.includes(label));
  return image === undefined ? { kind: 'none' } : { kind: 'image', label: image };
}
