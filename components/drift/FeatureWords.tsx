import { MIN_VALUES, PSI_DRIFTED, PSI_WATCH } from '@/lib/domain/drift-verdict';

/** What the table's words and marks mean, a line each. */
const WORDS: readonly { word: string; means: string }[] = [
  {
    word: 'drifted',
    means: `PSI over ${PSI_DRIFTED}, more than sampling gives at this n, and certain over all features together: look at it now`,
  },
  { word: 'shifting', means: `the same with a PSI from ${PSI_WATCH} to ${PSI_DRIFTED}: keep an eye on it` },
  { word: 'stable', means: 'certain, and too small to matter' },
  { word: 'within noise', means: 'no more than two samples of one world differ by' },
  {
    word: 'shaded band',
    means: `the PSI that sampling alone stays under in 99 of 100 windows; the dashes are ${PSI_WATCH} and ${PSI_DRIFTED}`,
  },
  {
    word: 'JS, D, χ²',
    means: 'Jensen–Shannon distance from 0 to 1; widest gap of the cumulative shares (KS); chi-square of categories',
  },
  { word: 'unseen', means: 'categories that the reference does not have; after a minus those that are gone' },
  { word: 'n', means: `values in the range; under ${MIN_VALUES} of them on either side nothing is judged` },
  {
    word: 'over time',
    means: 'a cell a window, darker the further it moved, a tick where it began, a dash where nothing can be said',
  },
  {
    word: 'score effect',
    means: 'how much the mean score differs because this input does, in score points; no proof of a cause',
  },
];

/** Closed until somebody asks: who looks every day knows them. */
export function FeatureWords() {
  return (
    <details className="text-small text-t2" data-noprint>
      <summary className="w-fit cursor-pointer rounded-sm text-t3 hover:text-t1">
        What drifted, shifting, the band and n mean
      </summary>
      <dl className="mt-1 grid grid-cols-[max-content_1fr] gap-x-3 gap-y-0.5 max-sm:grid-cols-1">
        {WORDS.map(({ word, means }) => (
          <div key={word} className="contents">
            <dt className="text-t1 max-sm:mt-1">{word}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
