'use client';

import { useQuery } from '@tanstack/react-query';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { QueryPanel } from '@/components/ui/QueryPanel';
import type { DriftOutput } from '@/lib/contracts/drift';
import type { DriftAsked } from '@/lib/contracts/drift-params';
import { driftOutputQuery } from '@/lib/queries/drift';
import { DistributionChart } from './DistributionChart';
import { FeatureFacts } from './FeatureFacts';

const HEIGHT = 260;

const PARTS = [
  {
    key: 'scores',
    title: 'Scores',
    definition: 'what the model gave',
    lack: 'No histogram of scores (prediction_score) is exported.',
  },
  {
    key: 'labels',
    title: 'Predicted labels',
    definition: 'what the model decided',
    lack: 'No counter of predictions by label (predictions_total) is exported.',
  },
  {
    key: 'truth',
    title: 'True labels',
    definition: 'what it turned out to be: label drift',
    lack: 'No outcome arrived in this range or in that of the reference.',
  },
] as const satisfies readonly { key: keyof DriftOutput; title: string; definition: string; lack: string }[];

/** Whether what the model gives moved, and whether the world it is judged by did. */
export function OutputTab({ params }: { params: DriftAsked }) {
  const query = useQuery(driftOutputQuery(params));
  return (
    <div className="grid grid-cols-1 gap-3">
      {PARTS.map(({ key, title, definition, lack }) => (
        <QueryPanel key={key} title={title} definition={definition} query={query} height={HEIGHT}>
          {(data) => {
            const part = data[key];
            if (part === null || part.drift.state === 'not-measured') {
              return (
                <Diagnosis height={HEIGHT} diagnosis={{ what: `${title}: not measured.`, why: lack, action: null }} />
              );
            }
            return (
              <div className="grid gap-4 md:grid-cols-2">
                {part.distributions === null ? (
                  <p className="text-t2">Its distribution is not known: {part.drift.word}.</p>
                ) : (
                  <DistributionChart
                    title={title}
                    distributions={part.distributions}
                    names={{ reference: part.drift.referenceOwn ?? data.reference.words, current: 'now' }}
                  />
                )}
                <FeatureFacts drift={part.drift} />
              </div>
            );
          }}
        </QueryPanel>
      ))}
    </div>
  );
}
