import type { FeatureDrift } from '@/lib/contracts/drift';
import type { InputState } from '@/lib/contracts/fleet';
import { PSI_DRIFTED, PSI_WATCH } from './drift-verdict';
import { formatNumber } from './format';

/**
 * State of a model's inputs in the words of the drift page, from features that were judged there. Null where none could
 * be judged: then what was computed elsewhere may be said instead.
 */
export function inputStateOf(features: readonly FeatureDrift[]): InputState | null {
  const first = <T>(of: readonly T[], say: (one: T, also: string) => string): InputState | null => {
    const [one] = of;
    if (one === undefined) return null;
    return { status: 'watch', word: say(one, of.length > 1 ? ` and ${of.length - 1} more` : '') };
  };
  const byPsi = features.toSorted((a, b) => (b.psi ?? 0) - (a.psi ?? 0) || (a.feature < b.feature ? -1 : 1));
  const of = (...states: FeatureDrift['state'][]) => byPsi.filter(({ state }) => states.includes(state));
  const moved =
    first(of('drifted'), ({ feature }, also) => `${feature}${also} drifted`) ??
    first(of('watch'), ({ feature, psi }, also) => `${feature}${also} shifting, PSI ${formatNumber(psi, 2)}`) ??
    first(of('vanished'), ({ feature }, also) => `${feature}${also} vanished`) ??
    first(
      byPsi.filter(({ missing }) => missing.state === 'risen'),
      ({ feature }, also) => `${feature}${also} missing more often`,
    ) ??
    first(of('new'), ({ feature }, also) => `${feature}${also} new`);
  if (moved !== null) return moved;
  const quiet = of('stable', 'within-noise').length;
  if (quiet > 0) return { status: 'ok', word: quiet === 1 ? '1 feature quiet' : `${quiet} features quiet` };
  return of('not-enough-data').length > 0 ? { status: 'unknown', word: 'not enough data' } : null;
}

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
