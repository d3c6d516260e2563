import type { AnswerPart, Status } from '@/lib/contracts/answer';

/** What is worth saying of a model or a version: its word for the table, its sentence for the answer. */
export interface Finding {
  status: Status;
  /** A few words for the state column. */
  word: string;
  /** What the sentence is about: "fraud_detector 2.4.0". */
  subject: string;
  /** The rest of the sentence, without its full stop. */
  parts: AnswerPart[];
}
