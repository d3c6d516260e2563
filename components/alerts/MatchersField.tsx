'use client';

import { Plus, X } from 'lucide-react';
import { useId } from 'react';
import { Button, IconButton } from '@/components/ui/Button';
import type { SilenceMatcher } from '@/lib/contracts/silence';

const OPERATORS = [
  { text: '=', isEqual: true, isRegex: false },
  { text: '!=', isEqual: false, isRegex: false },
  { text: '=~', isEqual: true, isRegex: true },
  { text: '!~', isEqual: false, isRegex: true },
] as const;

const BOX = 'h-7 min-w-0 rounded-panel border border-line bg-raised px-2 font-mono text-small text-t1';

const operatorOf = ({ isEqual, isRegex }: SilenceMatcher): string =>
  OPERATORS.find((one) => one.isEqual === isEqual && one.isRegex === isRegex)?.text ?? '=';

/** Matchers of a silence, one a line, each with how many alerts fit it alone. */
export function MatchersField({
  matchers,
  alone,
  onChange,
}: {
  matchers: readonly SilenceMatcher[];
  /** By the matcher's place; null: it cannot be read. */
  alone: readonly (number | null)[];
  onChange: (matchers: readonly SilenceMatcher[]) => void;
}) {
  const legendId = useId();
  const set = (at: number, patch: Partial<SilenceMatcher>) =>
    onChange(matchers.map((matcher, index) => (index === at ? { ...matcher, ...patch } : matcher)));
  return (
    <fieldset className="grid min-w-0 gap-1" aria-labelledby={legendId}>
      <legend id={legendId} className="mb-1 text-small text-t2">
        Matchers, all of which have to fit
      </legend>
      {matchers.map((matcher, at) => (
        // A matcher has no identity but its place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={at} className="grid grid-cols-[minmax(0,2fr)_auto_minmax(0,3fr)_auto_auto] items-center gap-1">
          <input
            aria-label={`Label of matcher ${at + 1}`}
            className={BOX}
            value={matcher.name}
            onChange={(event) => set(at, { name: event.target.value })}
          />
          <select
            aria-label={`Operator of matcher ${at + 1}`}
            className={BOX}
            value={operatorOf(matcher)}
            onChange={(event) => {
              const chosen = OPERATORS.find(({ text }) => text === event.target.value);
              if (chosen !== undefined) set(at, { isEqual: chosen.isEqual, isRegex: chosen.isRegex });
            }}
          >
            {OPERATORS.map(({ text }) => (
              <option key={text}>{text}</option>
            ))}
          </select>
          <input
            aria-label={`Value of matcher ${at + 1}`}
            className={BOX}
            value={matcher.value}
            onChange={(event) => set(at, { value: event.target.value })}
          />
          <span
            className="min-w-8 text-right text-axis text-t3 tabular-nums"
            title="Alerts of now that fit this matcher alone"
          >
            {alone[at] ?? '–'}
          </span>
          <IconButton
            label={`Remove matcher ${at + 1}`}
            onClick={() => onChange(matchers.filter((_, index) => index !== at))}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
      <span>
        <Button
          look="quiet"
          onClick={() =>
            onChange([
              ...matchers,
              { name: matchers.length === 0 ? 'alertname' : '', value: '', isRegex: false, isEqual: true },
            ])
          }
        >
          <Plus size={14} aria-hidden /> Add matcher
        </Button>
      </span>
    </fieldset>
  );
}
