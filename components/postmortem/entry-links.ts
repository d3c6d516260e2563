/** References to the timeline, `[^e12]` or `[^i7e3]`, as links to where the entry stands. */
export const withEntryLinks = (markdown: string, incidentId: string): string =>
  // Two in a row are two links to the eye too.
  markdown.replace(/\](?=\[\^(?:i\d+)?e\d+\])/g, '] ').replace(/\[\^((?:i\d+)?e\d+)\]/g, (_, label: string) => {
    const merged = /^i(\d+)e/.exec(label)?.[1];
    return `[${label}](/incidents/${encodeURIComponent(merged ?? incidentId)}?entry=${label})`;
  });
