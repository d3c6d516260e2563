import 'server-only';
import { block } from './problems';
import { amount, text } from './values';

const MOST = 1_000_000;

/** `cost` of a model: what a million tokens read and written cost. */
export const cost = block({
  inputPerMillion: amount(0, MOST),
  outputPerMillion: amount(0, MOST),
  currency: text(10).default('USD'),
});
