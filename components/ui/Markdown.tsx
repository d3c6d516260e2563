'use client';

import type { ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';

const PLUGINS = [remarkGfm];

/** Only web addresses, mail and places of this console: everything else a link could carry is dropped. */
const isSafe = (href: string): boolean => /^(https?:\/\/|mailto:|#|\/(?!\/))/.test(href);

const plain = ({ children }: { children?: ReactNode }) => <>{children}</>;

const COMPONENTS: Components = {
  a: ({ href = '', children }) =>
    isSafe(href) ? (
      <a
        href={href}
        className="link"
        {...(/^https?:/.test(href) ? { target: '_blank', rel: 'noreferrer noopener nofollow' } : {})}
      >
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  // An image of another host would tell that host who reads this and when.
  img: ({ alt, src }) => <span className="text-t3">[image: {alt || String(src ?? '')}]</span>,
  h1: ({ children }) => <h3 className="mt-2 font-semibold">{children}</h3>,
  h2: ({ children }) => <h3 className="mt-2 font-semibold">{children}</h3>,
  h3: ({ children }) => <h3 className="mt-2 font-semibold">{children}</h3>,
  input: plain,
};

/**
 * Markdown that somebody typed. Raw HTML stands as text, images are named and not fetched, links lead to the web or
 * within the console. Load it lazily: the parser is larger than a page.
 */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="prose-windsock text-body text-t1 [overflow-wrap:anywhere]">
      <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS}>
        {text}
      </ReactMarkdown>
    </div>
  );
}
