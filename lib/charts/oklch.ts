/** Colours between two in OKLCH, whose steps look equally far apart. Björn Ottosson's OKLab, 2020. */

interface Oklch {
  l: number;
  c: number;
  h: number;
}

const toLinear = (channel: number): number =>
  channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
const fromLinear = (channel: number): number =>
  channel <= 0.0031308 ? channel * 12.92 : 1.055 * channel ** (1 / 2.4) - 0.055;

/** Of `#rrggbb`: lightness 0 to 1, chroma from 0, hue in radians; NaN for any other text. */
export function hexToOklch(hex: string): Oklch {
  const value = Number.parseInt(hex.slice(1), 16);
  const [r, g, b] = [16, 8, 0].map((shift) => toLinear(((value >> shift) & 255) / 255)) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    c: Math.hypot(a, bb),
    h: Math.atan2(bb, a),
  };
}

/** The nearest `#rrggbb`; channels outside sRGB are cut. */
export function oklchToHex({ l: lightness, c, h }: Oklch): string {
  const a = c * Math.cos(h);
  const b = c * Math.sin(h);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const text = channels.map((channel) => {
    const byte = Math.round(Math.min(1, Math.max(0, fromLinear(Math.max(0, channel)))) * 255);
    return byte.toString(16).padStart(2, '0');
  });
  return `#${text.join('')}`;
}

/** `steps` colours of one hue after `from` up to `to`: the last is `to` itself. */
export function hueRamp(from: string, to: string, steps: number): string[] {
  const start = hexToOklch(from);
  const end = hexToOklch(to);
  return Array.from({ length: steps }, (_, i) => {
    const share = (i + 1) / steps;
    if (share === 1) return to;
    return oklchToHex({ l: start.l + (end.l - start.l) * share, c: start.c + (end.c - start.c) * share, h: end.h });
  });
}
