import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time';

/**
 * Numbers and times as people read them, the same in every locale: a point for decimals, a thin space between
 * thousands and before units, a true minus sign. `null` is "not measured", never a zero.
 */

/** What stands where nothing was measured. */
export const NOT_MEASURED = 'not measured';

/** Narrow no-break space: groups thousands and ties a unit to its number. */
const THIN = '\u202f';
const MINUS = '\u2212';

/** Fixed decimals with grouped thousands and a true minus sign; trailing zeros stay. */
function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  const [whole = '0', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, THIN);
  const sign = value < 0 && Number(text) !== 0 ? MINUS : '';
  return sign + (fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

/** Decimals that leave at most `digits` significant ones. */
function decimalsFor(value: number, digits: number): number {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(size)) return 0;
  return Math.min(12, Math.max(0, digits - 1 - Math.floor(Math.log10(size) + 1e-12)));
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/**
 * A number of any unit with at most `digits` significant digits, for columns whose header names the unit:
 * 271.4 → "271", 0.0625 → "0.0625", 1234.5 → "1 230". Null and what is not finite: "not measured".
 */
export function formatNumber(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return NOT_MEASURED;
  const rounded = Number(value.toPrecision(Math.max(1, digits)));
  return trimZeros(fixed(rounded, decimalsFor(rounded, digits)));
}

/** Milliseconds: under a second as "271 ms", from there "1.23 s"; minutes and more as a duration. */
export function formatMs(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return NOT_MEASURED;
  if (Math.abs(ms) >= 2 * MINUTE_MS) return formatDuration(ms);
  if (Math.abs(ms) >= SECOND_MS) return `${formatNumber(ms / SECOND_MS)}${THIN}s`;
  if (ms !== 0 && Math.abs(ms) < 0.1) return `${formatNumber(ms * 1_000)}${THIN}µs`;
  return `${formatNumber(ms)}${THIN}ms`;
}

/**
 * A ratio of 0 to 1 as the figure of a percentage, without its sign, for columns headed "%": 0.0187 → "1.9".
 * Close to 0 and to 1 it keeps the digits that matter: 0.00063 → "0.063", 0.9995 → "99.95".
 */
export function formatPercentFigure(ratio: number | null): string {
  if (ratio === null || !Number.isFinite(ratio)) return NOT_MEASURED;
  const percent = ratio * 100;
  const rest = 100 - percent;
  if (rest > 0 && rest < 1) return trimZeros(fixed(percent, Math.min(6, decimalsFor(rest, 1) + 1)));
  if (Math.abs(percent) >= 10) return fixed(percent, 0);
  if (Math.abs(percent) >= 1) return fixed(percent, 1);
  return trimZeros(fixed(percent, decimalsFor(percent, 2)));
}

/** A ratio of 0 to 1 as a percentage: 0.0187 → "1.9 %". */
export function formatRatioPercent(ratio: number | null): string {
  const figure = formatPercentFigure(ratio);
  return figure === NOT_MEASURED ? figure : `${figure}${THIN}%`;
}

/**
 * A share with its interval, with as many decimals as the width of the interval bears: 0.884 of 0.876 to 0.892 → "88.4 %"
 * of "87.6" to "89.2". Both ends and the value have the same, so that none seems to lie outside or to equal another.
 */
export function formatShare(share: { value: number; interval: { low: number; high: number } }) {
  const widthPoints = (share.interval.high - share.interval.low) * 100;
  const decimals = widthPoints >= 5 ? 0 : widthPoints >= 0.5 ? 1 : widthPoints >= 0.05 ? 2 : 3;
  const figure = (ratio: number) => fixed(ratio * 100, decimals);
  return { value: figure(share.value), low: figure(share.interval.low), high: figure(share.interval.high) };
}

/** Events per second: "142 /s", "0.031 /s". */
export function formatRate(perSecond: number | null): string {
  const figure = formatNumber(perSecond);
  return figure === NOT_MEASURED ? figure : `${figure}${THIN}/s`;
}

/** A whole number with every digit: 113600 → "113 600". */
export function formatCount(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return NOT_MEASURED;
  return fixed(Math.round(count), 0);
}

/** A size in decimal units: "312 B", "1.2 MB". */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return NOT_MEASURED;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3)));
  return `${formatNumber(bytes / 1000 ** power)}${THIN}${units[power] ?? 'B'}`;
}

const signed = (value: number, text: string): string => (value > 0 && /[1-9]/.test(text) ? `+${text}` : text);

/** A relative change, 0.04 → "+4 %", −0.082 → "−8 %"; from ten times on as a factor, 12 → "13 ×". */
export function formatChange(ratio: number | null): string {
  if (ratio === null || !Number.isFinite(ratio)) return NOT_MEASURED;
  if (ratio >= 9) return `${formatNumber(ratio + 1, 2)}${THIN}×`;
  const percent = ratio * 100;
  const text = Math.abs(percent) < 1 ? trimZeros(fixed(percent, 1)) : fixed(percent, 0);
  return `${signed(percent, text)}${THIN}%`;
}

/** A difference of two ratios in percentage points: 0.013 → "+1.3 points". */
export function formatPoints(ratioDifference: number | null): string {
  if (ratioDifference === null || !Number.isFinite(ratioDifference)) return NOT_MEASURED;
  const points = ratioDifference * 100;
  const text = formatNumber(points, 2);
  return `${signed(points, text)} ${/^[+−]?1$/.test(text) ? 'point' : 'points'}`;
}

/** A length of time in its two largest units at most: "12 min", "30 h", "3 d 4 h", "45 s", "250 ms". */
export function formatDuration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return NOT_MEASURED;
  const sign = ms < 0 ? MINUS : '';
  const size = Math.abs(ms);
  if (size < SECOND_MS) return `${sign}${formatNumber(size)}${THIN}ms`;
  if (size < MINUTE_MS) return `${sign}${Math.floor(size / SECOND_MS)}${THIN}s`;
  if (size < HOUR_MS) return `${sign}${pair(size, MINUTE_MS, 'min', SECOND_MS, 's', 10)}`;
  if (size < 2 * DAY_MS) return `${sign}${pair(size, HOUR_MS, 'h', MINUTE_MS, 'min', 10)}`;
  return `${sign}${pair(size, DAY_MS, 'd', HOUR_MS, 'h', 10)}`;
}

/** The larger unit, and the smaller one while the larger is a small number. */
function pair(ms: number, large: number, largeName: string, small: number, smallName: string, below: number): string {
  const whole = Math.floor(ms / large);
  const rest = Math.floor((ms - whole * large) / small);
  const head = `${fixed(whole, 0)}${THIN}${largeName}`;
  return rest > 0 && whole < below ? `${head} ${rest}${THIN}${smallName}` : head;
}

/** Age of an instant: "12 min ago", "in 3 h", "now" within a second. */
export function formatAge(atMs: number | null, nowMs: number): string {
  if (atMs === null || !Number.isFinite(atMs)) return NOT_MEASURED;
  const age = nowMs - atMs;
  if (Math.abs(age) < SECOND_MS) return 'now';
  return age > 0 ? `${formatDuration(age)} ago` : `in ${formatDuration(-age)}`;
}

/** Where an instant lies beside another: "12 min before", "3 s after", "at the same time" within a second. */
export function formatOffset(atMs: number, anchorMs: number): string {
  const offset = atMs - anchorMs;
  if (Math.abs(offset) < SECOND_MS) return 'at the same time';
  return `${formatDuration(Math.abs(offset))} ${offset < 0 ? 'before' : 'after'}`;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** Parts of an instant in a zone. `zone` is an IANA name, or undefined for the reader's own. */
function partsOf(ms: number, zone: string | undefined): Record<string, string> {
  const key = zone ?? '';
  let format = FORMATS.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
    });
    FORMATS.set(key, format);
  }
  return Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, part.value]));
}

const isInstant = (ms: number | null): ms is number => ms !== null && Math.abs(ms) <= 8_640_000_000_000_000;

/** An instant in full, "2026-11-21 14:02:05 UTC". `zone` is an IANA name, or undefined for the reader's own. */
export function formatInstant(ms: number | null, zone?: string): string {
  if (!isInstant(ms)) return NOT_MEASURED;
  const p = partsOf(ms, zone);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second} ${p.timeZoneName}`;
}

/** Time of day, "14:02", or "14:02:05" where seconds matter. */
export function formatTime(ms: number | null, zone?: string, seconds = false): string {
  if (!isInstant(ms)) return NOT_MEASURED;
  const p = partsOf(ms, zone);
  return seconds ? `${p.hour}:${p.minute}:${p.second}` : `${p.hour}:${p.minute}`;
}

/** Day, "2026-11-21". */
export function formatDay(ms: number | null, zone?: string): string {
  if (!isInstant(ms)) return NOT_MEASURED;
  const p = partsOf(ms, zone);
  return `${p.year}-${p.month}-${p.day}`;
}

/** A range without saying its day twice: "2026-11-21 13:02–14:02 UTC". */
export function formatRange(startMs: number, endMs: number, zone?: string): string {
  if (!isInstant(startMs) || !isInstant(endMs)) return NOT_MEASURED;
  const zoneName = partsOf(endMs, zone).timeZoneName;
  const sameDay = formatDay(startMs, zone) === formatDay(endMs, zone);
  const end = sameDay ? formatTime(endMs, zone) : `${formatDay(endMs, zone)} ${formatTime(endMs, zone)}`;
  return `${formatDay(startMs, zone)} ${formatTime(startMs, zone)}–${end} ${zoneName}`;
}

/** What a series measures, and so how its values are written and where its axis begins. */
export type Unit = 'ms' | 'ratio' | 'rate' | 'count' | 'number';

/** A value in its unit, with the unit. */
export function formatValue(value: number | null, unit: Unit): string {
  switch (unit) {
    case 'ms':
      return formatMs(value);
    case 'ratio':
      return formatRatioPercent(value);
    case 'rate':
      return formatRate(value);
    case 'count':
      return formatCount(value);
    case 'number':
      return formatNumber(value);
  }
}
