/** References to the timeline, `[^e12]` or `[^i7e3]`, as links to where the entry stands. */
export const withEntryLinks = (markdown: string, incidentId: string): string =>
  markdown.replace(/\[\^((?:i\d+)?e\d+)\]/g, (_, label: string) => {
    const merged = /^i(\d+)e/.exec(label)?.[1];
    return `[${label}](/incidents/${encodeURIComponent(merged ?? incidentId)}?entry=${label})`;
  });
