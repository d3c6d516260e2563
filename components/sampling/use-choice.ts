'use client';

import { useUrlParam } from '@/components/ui/use-url-param';
import type { SamplingChoice } from '@/lib/domain/sampling';

/** What stands in the address where nobody chose. */
const DEFAULTS = { head: '100', rest: '10', errors: 'on', slow: '500' } as const;

/** A percentage of the address as a ratio; null where it is none. */
function ratioOf(text: string): number | null {
  const percent = Number(text);
  return text.trim() !== '' && Number.isFinite(percent) && percent >= 0 && percent <= 100 ? percent / 100 : null;
}

function slowOf(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const ms = Number(text);
  return Number.isFinite(ms) && ms >= 1 && ms <= 3_600_000 ? ms : undefined;
}

/** The chosen rates as texts of the address, what is wrong with them, and the choice they make; null while one is wrong. */
export function useChoice() {
  const [head, setHead] = useUrlParam('head');
  const [rest, setRest] = useUrlParam('rest');
  const [errors, setErrors] = useUrlParam('errors');
  const [slow, setSlow] = useUrlParam('slow');
  const texts = {
    head: head ?? DEFAULTS.head,
    rest: rest ?? DEFAULTS.rest,
    errors: errors ?? DEFAULTS.errors,
    slow: slow ?? DEFAULTS.slow,
  };
  const [headRatio, restRatio, slowMs] = [ratioOf(texts.head), ratioOf(texts.rest), slowOf(texts.slow)];
  const problems = {
    head: headRatio === null ? 'Give a percentage from 0 to 100.' : undefined,
    rest: restRatio === null ? 'Give a percentage from 0 to 100.' : undefined,
    slow: slowMs === undefined ? 'Give milliseconds from 1 to 3,600,000, or nothing.' : undefined,
  };
  const choice: SamplingChoice | null =
    headRatio === null || restRatio === null || slowMs === undefined
      ? null
      : { headRatio, restRatio, slowMs, keepsErrors: texts.errors !== 'off' };
  return {
    texts,
    problems,
    choice,
    set: {
      head: setHead,
      rest: setRest,
      slow: setSlow,
      errors: (isOn: boolean) => setErrors(isOn ? null : 'off'),
    },
  };
}
