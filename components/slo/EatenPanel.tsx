'use client';

import { useQuery } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import type { EatenPart, SloDetail, SloRow } from '@/lib/contracts/slo';
import { formatCount, formatDuration, formatInstant, formatRatioPercent } from '@/lib/domain/format';
import { sloEatenQuery } from '@/lib/queries/slos';

const HEIGHT = 160;

const TITLE: Readonly<Record<EatenPart['by'], string>> = {
  version: 'By version',
  segment: 'By segment',
  reason: 'By error reason',
  incident: 'By incident',
};

/** What ate the budget: when, which versions, which segments, for which reasons, during which incidents. */
export function EatenPanel({
  row,
  endMs,
  stretches,
}: {
  row: SloRow;
  endMs: number;
  /** Null while they are not known. */
  stretches: SloDetail['stretches'] | null;
}) {
  const eaten = useQuery(sloEatenQuery({ model: row.model, slo: row.name, endMs }));
  return (
    <Panel
      title="What ate it"
      definition={`bad events of the last ${formatDuration(row.windowMs)}`}
      why={eaten.data?.why}
      height={HEIGHT}
    >
      {stretches === null || stretches.length === 0 ? null : <Stretches model={row.model} stretches={stretches} />}
      <QueryState query={eaten} height={HEIGHT}>
        {({ parts, gaps }) => (
          <>
            <div className="grid grid-cols-1 gap-x-6 gap-y-3 sm:grid-cols-2">
              {parts.map((part) => (
                <Part key={part.by} part={part} />
              ))}
            </div>
            {gaps.map((gap) => (
              <p key={gap} className="mt-2 text-small text-t3">
                {gap}
              </p>
            ))}
          </>
        )}
      </QueryState>
    </Panel>
  );
}

function Part({ part }: { part: EatenPart }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1 text-small text-t2">{TITLE[part.by]}</h3>
      {part.items.length === 0 ? null : (
        <ul aria-label={TITLE[part.by]} className="grid gap-0.5 text-small">
          {part.items.map(({ name, bad, share, badRatio, to }) => (
            <li key={name} className="flex min-h-6 min-w-0 items-center gap-2">
              <span aria-hidden className="keeps-colour inline-block h-1.5 w-12 shrink-0 rounded-full bg-raised">
                <span className="block h-full rounded-full bg-t3" style={{ width: `${Math.min(1, share) * 100}%` }} />
              </span>
              <span className="w-12 shrink-0 text-right tabular-nums">{formatRatioPercent(share)}</span>
              <span className="min-w-0 truncate" title={name}>
                {to === null ? (
                  name
                ) : (
                  <ViewLink to={to} className="link inline-block min-h-6 leading-6">
                    {name}
                  </ViewLink>
                )}
              </span>
              <span className="shrink-0 text-t3">
                {formatCount(bad)} bad{badRatio === null ? '' : `, ${formatRatioPercent(badRatio)} of its own`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {part.note === null ? null : <p className="text-small text-t3">{part.note}</p>}
    </div>
  );
}

/** The greediest stretches; each sets the page's range to itself. */
function Stretches({ model, stretches }: { model: string; stretches: SloDetail['stretches'] }) {
  const { zone } = useZone();
  const { setView } = useView();
  return (
    <div className="mb-3">
      <h3 className="mb-1 text-small text-t2">When</h3>
      <ul aria-label="When" className="grid gap-0.5 text-small">
        {stretches.map(({ startMs, endMs, share, budgetShare }) => (
          <li key={startMs} className="flex flex-wrap items-baseline gap-x-2">
            <span className="w-12 shrink-0 text-right tabular-nums">{formatRatioPercent(share)}</span>
            <span>
              {formatInstant(startMs, zone)}, for {formatDuration(endMs - startMs)}
            </span>
            <span className="text-t3">{formatRatioPercent(budgetShare)} of the whole budget</span>
            <Button
              look="quiet"
              className="h-6!"
              aria-label={`Set as range: ${formatInstant(startMs, zone)}, for ${formatDuration(endMs - startMs)}`}
              onClick={() => setView({ from: String(startMs), to: String(endMs), model })}
            >
              Set as range
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
