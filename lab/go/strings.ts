const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

const PIECE = /\\(?:x([\da-fA-F]{2})|([0-3][0-7]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]?))|([^\\]+)/g;

/**
 * The text of a Go string literal, its quotes included: `"…"`, PromQL's `'…'` and the back-ticks, which have no escapes.
 * The bytes of `\x` and of octal escapes form UTF-8. Null where an escape is none of Go's.
 */
export function unquote(literal: string): string | null {
  const mark = literal.charAt(0);
  const inner = literal.slice(1, -1);
  if (mark === '`' || !inner.includes('\\')) return inner;
  const bytes: Buffer[] = [];
  for (const [, hex, octal, short, long, letter, plain] of inner.matchAll(PIECE)) {
    if (hex !== undefined) bytes.push(Buffer.from(hex, 'hex'));
    else if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8)]));
    else {
      const text = plain ?? (letter === undefined ? ofCodePoint(short ?? long ?? '') : ofLetter(letter, mark));
      if (text === null) return null;
      bytes.push(Buffer.from(text));
    }
  }
  return Buffer.concat(bytes).toString('utf8');
}

const ofLetter = (letter: string, mark: string): string | null =>
  letter === mark ? mark : Object.hasOwn(SIMPLE, letter) ? (SIMPLE[letter] ?? null) : null;

/** Half of a surrogate pair is no code point of its own. */
function ofCodePoint(digits: string): string | null {
  const code = Number.parseInt(digits, 16);
  return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? null : String.fromCodePoint(code);
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
