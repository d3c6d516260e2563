import type { DriftState } from '@/lib/contracts/drift-state';
import { PSI_DRIFTED, PSI_WATCH } from '@/lib/domain/drift-verdict';
import { formatNumber } from '@/lib/domain/format';

const WIDTH = 104;
const HEIGHT = 16;
/** PSI at the right end: what is beyond is drawn there with an arrow. */
const MOST = 0.5;

/**
 * A PSI over its shaded no-drift band for this sample, with the two limits as verticals: grey inside the band whatever
 * its size. The scale is that of a square root, the same in every row, so that small bands are seen.
 */
export function DriftBar({
  psi,
  noiseLimit,
  state,
}: {
  psi: number | null;
  noiseLimit: number | null;
  state: DriftState;
}) {
  if (psi === null) return null;
  const x = (value: number): number => Math.sqrt(Math.min(1, Math.max(0, value) / MOST)) * (WIDTH - 8);
  const band = noiseLimit === null ? 0 : x(noiseLimit);
  const end = Math.max(x(psi), 1.5);
  const fill = state === 'drifted' ? 'fill-bad' : state === 'watch' ? 'fill-watch' : 'fill-t3';
  const label = `PSI ${formatNumber(psi)}${noiseLimit === null ? '' : `, sampling alone stays under ${formatNumber(noiseLimit)}`}`;
  return (
    <svg role="img" aria-label={label} width={WIDTH} height={HEIGHT} className="keeps-colour block">
      <rect x={0} y={1} width={Math.max(band, 1)} height={HEIGHT - 2} className="fill-t3" opacity={0.22} />
      <rect x={0} y={HEIGHT / 2 - 3} width={end} height={6} rx={1} className={fill} />
      <path d={`M${x(PSI_WATCH)} 1V${HEIGHT - 1}`} className="stroke-watch" strokeDasharray="2 2" />
      <path d={`M${x(PSI_DRIFTED)} 1V${HEIGHT - 1}`} className="stroke-bad" strokeDasharray="2 2" />
      {psi > MOST ? <path d={`M${WIDTH - 6} 4l5 4-5 4z`} className={fill} /> : null}
    </svg>
  );
}
