/** Text of telemetry within a Markdown table or sentence: no markup, no line break, no cell border. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*_{}[\]<>|#~]/g, '\\$&')
    .toWellFormed();

const longestTicks = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));

/** Text as code within a line of Markdown, which nothing in it can end. */
export function codeMarkdown(text: string): string {
  const plain = text.replace(/[\r\n]+/g, ' ').toWellFormed();
  const longest = longestTicks(plain);
  const [fence, pad] = ['`'.repeat(longest + 1), longest > 0 ? ' ' : ''];
  return `${fence}${pad}${plain}${pad}${fence}`;
}

/** Text as a block of code, one element a line, which nothing in it can end. `language` as highlighters name it. */
export function fencedMarkdown(text: string, language: string): string[] {
  const fence = '`'.repeat(Math.max(3, longestTicks(text) + 1));
  return [`${fence}${language}`, text, fence];
}
