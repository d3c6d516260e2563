import * as z from 'zod';

/** Health of a thing, worst first; each has its own icon and word wherever it is shown. */
export const Status = z.enum(['bad', 'watch', 'unknown', 'ok']);
export type Status = z.infer<typeof Status>;

/**
 * One run of an answer's text. `value` is what was measured, `muted` how sure it is; a status tone is the verdict.
 * `to` makes it a link within the console.
 */
export const AnswerPart = z.object({
  text: z.string(),
  tone: z.enum(['value', 'muted', ...Status.options]),
  to: z.string().optional(),
});
export type AnswerPart = z.infer<typeof AnswerPart>;

/** The sentences a page opens with, in order of weight; each with the status its icon shows. */
export const AnswerText = z.array(z.object({ status: Status, parts: z.array(AnswerPart) }));
export type AnswerText = z.infer<typeof AnswerText>;
