const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Nanoseconds of a Go duration such as `1h2m`, `1.5s`, `-5ms`, `0`; null where Go would refuse it (`1d`, ``, `5`). */
export function parseGoDuration(text: string): number | null {
  const negative = text.startsWith('-');
  const body = negative || text.startsWith('+') ? text.slice(1) : text;
  if (body === '0') return 0;
  if (body === '') return null;
  let ns = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < body.length) {
    const part = PART.exec(body);
    if (part === null) return null;
    ns += Number(part[1]) * (UNIT_NS[part[2] ?? ''] ?? 0);
  }
  const rounded = Math.trunc(ns);
  return negative ? -rounded : rounded;
}

/** Go's `Duration.String()`: `1m30s`, `67.893333ms`, `0s`. */
export function formatGoDuration(durationNs: number): string {
  const ns = Math.trunc(durationNs);
  if (ns === 0) return '0s';
  const sign = ns < 0 ? '-' : '';
  const abs = Math.abs(ns);
  if (abs < 1e3) return `${sign}${abs}ns`;
  if (abs < 1e6) return `${sign}${decimal(abs, 3)}µs`;
  if (abs < 1e9) return `${sign}${decimal(abs, 6)}ms`;
  const wholeMinutes = Math.floor(abs / 60e9);
  const seconds = `${decimal(abs - wholeMinutes * 60e9, 9)}s`;
  if (wholeMinutes === 0) return sign + seconds;
  const hours = Math.floor(wholeMinutes / 60);
  return hours === 0 ? `${sign}${wholeMinutes}m${seconds}` : `${sign}${hours}h${wholeMinutes % 60}m${seconds}`;
}

function decimal(value: number, digits: number): string {
  const scale = 10 ** digits;
  const whole = Math.floor(value / scale);
  const fraction = String(value - whole * scale)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}
