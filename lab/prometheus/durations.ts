const UNITS: readonly [unit: string, milliseconds: number][] = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Milliseconds of a Prometheus duration such as `1h30m`, units descending; null where it is none. */
export function parseDurationMs(text: string): number | null {
  if (text === '0') return 0;
  const found = DURATION.exec(text);
  if (found === null || text === '') return null;
  return UNITS.reduce((sum, [, milliseconds], index) => sum + Number(found[index + 1] ?? 0) * milliseconds, 0);
}

/** A duration as Prometheus prints it: `90000` → `1m30s`. Weeks and years only where they divide evenly. */
export function formatDurationMs(durationMs: number): string {
  if (durationMs === 0) return '0s';
  let rest = Math.abs(durationMs);
  let text = durationMs < 0 ? '-' : '';
  for (const [unit, milliseconds] of UNITS) {
    const exact = unit === 'y' || unit === 'w';
    if (exact && rest % milliseconds !== 0) continue;
    const whole = Math.floor(rest / milliseconds);
    if (whole === 0) continue;
    text += `${whole}${unit}`;
    rest -= whole * milliseconds;
  }
  return text;
}
