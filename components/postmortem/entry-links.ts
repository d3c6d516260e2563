/** Turns each reference to the timeline, `[^e12]` or `[^i7e3]`, into a link that stands apart from its neighbours. */
function withLinks(markdown: string, toHref: (label: string) => string): string {
  return markdown.replace(/\[\^((?:i\d+)?e\d+)\]/g, (_, label: string, at: number) => {
    // A footnote touches its word; a link beside a word or another link must not.
    const apart = /\S/.test(markdown.charAt(at - 1)) ? ' ' : '';
    return `${apart}[${label}](${toHref(label)})`;
  });
}

/** References to the timeline as links to where the entry stands. */
export const withEntryLinks = (markdown: string, incidentId: string): string =>
  withLinks(markdown, (label) => {
    const merged = /^i(\d+)e/.exec(label)?.[1];
    return `/incidents/${encodeURIComponent(merged ?? incidentId)}?entry=${label}`;
  });

/** References to the timeline as links to where this page says what they stand for. */
export const withReferenceLinks = (markdown: string): string => withLinks(markdown, (label) => `#${label}`);
