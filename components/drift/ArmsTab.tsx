'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { StatusWord } from '@/components/ui/Status';
import { isCalled } from '@/lib/domain/drift-verdict';
import { driftArmsQuery } from '@/lib/queries/drift';
import { FEATURE_COLUMNS, type FeatureLine } from './FeatureColumns';
import { FeatureTable } from './FeatureTable';

const HEIGHT = 200;
/** Between versions there is neither a strip over time nor an effect on the score. */
const COLUMNS = FEATURE_COLUMNS.filter(({ id }) => id !== 'since' && id !== 'effect');

/** Whether champion and challenger get the same requests: drift between them is routing bias, whatever training was. */
export function ArmsTab({ model, range }: { model: string; range: { startMs: number; endMs: number } }) {
  const query = useQuery(driftArmsQuery({ model, ...range }));
  const features = query.data?.features;
  const lines = useMemo(
    () => (features ?? []).map((drift): FeatureLine => ({ drift, heat: null, consequence: undefined })),
    [features],
  );
  return (
    <QueryPanel
      title="Between versions"
      definition="inputs of the challenger against those of the champion in the same time: what differs is routing, not the world"
      query={query}
      height={HEIGHT}
      diagnosis={({ champion, challenger }) =>
        champion !== null && challenger !== null
          ? null
          : {
              what: `${model} has one version with traffic in this range.`,
              why: 'Routing bias is a difference between two versions that run at the same time.',
              action: (
                <ViewLink to="/compare" className="link">
                  Compare before and after
                </ViewLink>
              ),
            }
      }
    >
      {({ champion, challenger, words, features: all, gaps }) => {
        const moved = all.filter(({ state }) => isCalled(state)).map(({ feature }) => feature);
        const known = all.some(({ state }) => state === 'within-noise' || state === 'stable');
        return (
          <div className="grid gap-2">
            <p>
              {moved.length > 0 ? (
                <StatusWord
                  status="watch"
                  word={`${challenger} gets other requests than ${champion}: ${moved.slice(0, 4).join(', ')}${moved.length > 4 ? ` and ${moved.length - 4} more` : ''}`}
                />
              ) : known ? (
                <StatusWord
                  status="ok"
                  word={`${challenger} and ${champion} get the same requests, within sampling noise`}
                />
              ) : (
                <StatusWord status="unknown" word="no feature could be judged" />
              )}
              <span className="text-t2"> · {words}</span>
            </p>
            {gaps.map((gap) => (
              <p key={gap} className="text-small text-t2">
                {gap}
              </p>
            ))}
            {lines.length === 0 ? (
              <p className="text-t2">No feature is measured for both versions.</p>
            ) : (
              <FeatureTable label="Features between versions" lines={lines} columns={COLUMNS} grid={null} open={null} />
            )}
          </div>
        );
      }}
    </QueryPanel>
  );
}
