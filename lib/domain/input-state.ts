import type { InputState } from '@/lib/contracts/fleet';
import { PSI_DRIFTED, PSI_WATCH } from './drift-verdict';
import { formatNumber } from './format';

/**
 * State of a model's inputs from drift that was computed elsewhere. Only PSI has limits here: scores of other methods,
 * p-values among them, cannot be read without knowing theirs, and then the state is unknown.
 */
export function inputState(scores: readonly { feature: string; method: string; value: number | null }[]): InputState {
  const measured = scores.flatMap(({ value, ...rest }) => (value === null ? [] : [{ ...rest, value }]));
  if (measured.length === 0) return { status: 'unknown', word: 'not measured' };
  const psi = measured.filter(({ method }) => method === '' || /^psi$/i.test(method));
  if (psi.length === 0) {
    return { status: 'unknown', word: `scored by ${measured[0]?.method ?? ''}, whose limits are not known` };
  }
  const worst = [...psi].sort((a, b) => b.value - a.value || (a.feature < b.feature ? -1 : 1));
  const over = worst.filter(({ value }) => value > PSI_WATCH);
  const [first] = over;
  if (first === undefined) {
    const features = new Set(psi.map(({ feature }) => feature)).size;
    return { status: 'ok', word: features === 1 ? '1 feature quiet' : `${features} features quiet` };
  }
  const more = new Set(over.map(({ feature }) => feature)).size - 1;
  const also = more > 0 ? ` and ${more} more` : '';
  return first.value > PSI_DRIFTED
    ? { status: 'watch', word: `${first.feature}${also} drifted` }
    : { status: 'watch', word: `${first.feature}${also} shifting, PSI ${formatNumber(first.value, 2)}` };
}
