'use client';

import type { TraceAttribute } from '@/lib/contracts/trace';
import { formatCount } from '@/lib/domain/format';

/** Values up to this length stand whole without a scroll bar. */
const LONG_CHARS = 400;

/** Attributes with their types, in their order; a long value is cut until the whole is asked for. */
export function AttributeList({
  title,
  attributes,
  onWhole,
}: {
  title?: string;
  attributes: readonly TraceAttribute[];
  onWhole: () => void;
}) {
  if (attributes.length === 0) return null;
  return (
    <section aria-label={title} className="grid min-w-0 gap-1">
      {title === undefined ? null : <h4 className="text-t3">{title}</h4>}
      <dl className="grid min-w-0 grid-cols-[fit-content(55%)_minmax(0,1fr)] gap-x-3 gap-y-0.5">
        {attributes.map(({ key, type, value, chars }, index) => (
          // A key may come twice.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <div key={index} className="col-span-2 grid min-w-0 grid-cols-subgrid">
            <dt className="min-w-0 text-t2 [overflow-wrap:anywhere]">{key}</dt>
            <dd
              // What scrolls is reached by keyboard; only long values do.
              tabIndex={value.length > LONG_CHARS ? 0 : undefined}
              className="max-h-80 min-w-0 overflow-auto whitespace-pre-wrap text-t1 [overflow-wrap:anywhere]"
            >
              {type === 'empty' ? <span className="text-t3">empty</span> : value}
              {type === 'string' || type === 'empty' ? null : <span className="text-t3"> {type}</span>}
              {value.length < chars ? (
                <button type="button" className="link ml-1" onClick={onWhole}>
                  Show all {formatCount(chars)} characters
                </button>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
