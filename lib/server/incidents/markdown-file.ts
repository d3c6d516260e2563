import 'server-only';

/** Markdown as a file to keep. A name of our own: nothing that people typed gets into a header. */
export const markdownFile = (text: string, name: string): Response =>
  new Response(text, {
    headers: {
      'content-type': 'text/markdown; charset=utf-8',
      'content-disposition': `attachment; filename="${name.replace(/[^\w.-]/g, '-')}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
