/** A number as Go's strconv prints it with format 'f' and precision -1: shortest digits, never an exponent. */
export function formatPlain(value: number): string {
  const text = formatSample(value);
  const found = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (found === null) return text;
  const [, sign = '', head = '', tail = '', exponentText = '0'] = found;
  const digits = head + tail;
  const exponent = Number(exponentText);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return sign + digits.padEnd(exponent + 1, '0');
}

/** A sample value as the API writes it: 'f' between 1e-6 and 1e21, else `1e-07`; `NaN`, `+Inf`, `-Inf`. */
export function formatSample(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  // Go writes at least two digits of exponent.
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** A number of Go's strconv.ParseFloat or of PromQL: decimal, hex, with underscores between digits; null where it is none. */
export function parseNumber(text: string): number | null {
  const plain = text.toLowerCase();
  if (/^[+-]?(inf|infinity)$/.test(plain)) return plain.startsWith('-') ? -Infinity : Infinity;
  if (plain === 'nan') return NaN;
  const digits = plain.replace(/(?<=[\da-fx])_(?=[\da-f])/g, '');
  if (/^0x[\da-f]+$/.test(digits)) return Number(digits);
  if (/^0[0-7]+$/.test(digits)) return Number.parseInt(digits, 8);
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(digits) ? Number(digits) : null;
}
