/** References to the timeline, `[^e12]` or `[^i7e3]`, as links to where the entry stands. */
export const withEntryLinks = (markdown: string, incidentId: string): string =>
  markdown.replace(/\[\^((?:i\d+)?e\d+)\]/g, (_, label: string, at: number) => {
    const merged = /^i(\d+)e/.exec(label)?.[1];
    // A footnote touches its word; a link beside a word or another link must not.
    const apart = /\S/.test(markdown.charAt(at - 1)) ? ' ' : '';
    return `${apart}[${label}](/incidents/${encodeURIComponent(merged ?? incidentId)}?entry=${label})`;
  });
