/**
 * Terminal colours in log lines. Only SGR sequences colour text; every other escape sequence and control character is
 * taken out, so that a line can neither move a cursor nor hide what it says.
 */

/** Colours a terminal names; `null` is the text's own. */
export type AnsiColour = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white';

export interface AnsiRun {
  text: string;
  colour: AnsiColour | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

const COLOURS: readonly AnsiColour[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

// CSI, OSC (ended by BEL or ST), and two-character escapes; then lone control characters but tab and newline.
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  /\u001b\[([0-?]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?|\u009b[0-?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Whether a text holds anything that a terminal would obey. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
export const hasAnsi = (text: string): boolean => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text);

/** The text without escape sequences and control characters; tabs and line ends stay. */
export const stripAnsi = (text: string): string => (hasAnsi(text) ? text.replace(SEQUENCE, '') : text);

type Style = Omit<AnsiRun, 'text'>;

const PLAIN: Style = { colour: null, bold: false, dim: false, italic: false, underline: false };

/** What an SGR sequence does to a style. 256-colour and true-colour codes keep the text's own colour. */
function withCodes(style: Style, codes: string): Style {
  const numbers = codes.split(';').map((code) => Number(code === '' ? 0 : code));
  let next = style;
  for (let i = 0; i < numbers.length; i += 1) {
    const code = numbers[i] ?? 0;
    if (code === 0) next = PLAIN;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 3) next = { ...next, italic: true };
    else if (code === 4) next = { ...next, underline: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 23) next = { ...next, italic: false };
    else if (code === 24) next = { ...next, underline: false };
    else if (code >= 30 && code <= 37) next = { ...next, colour: COLOURS[code - 30] ?? null };
    else if (code >= 90 && code <= 97) next = { ...next, colour: COLOURS[code - 90] ?? null };
    else if (code === 39) next = { ...next, colour: null };
    // "38;5;n" and "38;2;r;g;b": their parameters are not codes of their own.
    else if (code === 38 || code === 48) i += numbers[i + 1] === 5 ? 2 : 4;
  }
  return next;
}

/** The text as runs of one style each; the runs' texts together are `stripAnsi(text)`. */
export function ansiRuns(text: string): AnsiRun[] {
  const runs: AnsiRun[] = [];
  let style = PLAIN;
  let at = 0;
  const put = (part: string) => {
    if (part === '') return;
    const last = runs.at(-1);
    const same = last !== undefined && (Object.keys(PLAIN) as (keyof Style)[]).every((key) => last[key] === style[key]);
    if (last !== undefined && same) last.text += part;
    else runs.push({ text: part, ...style });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    put(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') style = withCodes(style, match[1] ?? '');
  }
  put(text.slice(at));
  return runs;
}
