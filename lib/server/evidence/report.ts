import 'server-only';
import { AppError } from '../errors';
import { soundDocument } from './store';

/** The report that was written when a comparison was frozen. Throws `not_found` for a pin that has none. */
export async function frozenReport(id: string): Promise<{ text: string; fileName: string }> {
  const { markdown, title } = await soundDocument(id);
  if (markdown === null) throw new AppError('not_found', 'This pin has no report; those of comparisons have one.');
  const name = title.replace(/[^\w.-]+/g, '-').slice(0, 60) || 'report';
  return { text: markdown, fileName: `${name}-${id.slice(0, 8)}.md` };
}
