const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** The text of a PromQL string literal, quotes included: Go's escapes; back-ticks have none. Bytes of `\x` form UTF-8. */
export function unquote(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`') || !inner.includes('\\')) return inner;
  const bytes: Buffer[] = [];
  const pattern = /\\(?:x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))|([^\\]+)/gsu;
  for (const [, hex, octal, short, long, simple, plain] of inner.matchAll(pattern)) {
    if (hex !== undefined) bytes.push(Buffer.from([Number.parseInt(hex, 16)]));
    else if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8) & 255]));
    else if (simple !== undefined) bytes.push(Buffer.from(SIMPLE[simple] ?? simple));
    else if (plain !== undefined) bytes.push(Buffer.from(plain));
    else bytes.push(Buffer.from(String.fromCodePoint(Number.parseInt(short ?? long ?? '0', 16))));
  }
  return Buffer.concat(bytes).toString('utf8');
}

const LETTERS = 'abfnrtv'.split('');

function escaped(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  const code = character.charCodeAt(0);
  if (code >= 0x20 && code !== 0x7f) return character;
  const letter = LETTERS.find((one) => SIMPLE[one] === character);
  return letter === undefined ? `\\x${code.toString(16).padStart(2, '0')}` : `\\${letter}`;
}

/** A string as Go's %q prints it, for everything but exotic code points, which stay as they are. */
export const quote = (text: string): string => `"${Array.from(text, escaped).join('')}"`;
