'use client';

import type { ReactNode } from 'react';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { Panel } from '@/components/ui/Panel';
import { Skeleton } from '@/components/ui/Skeleton';
import { StatusIcon } from '@/components/ui/Status';
import type { MissingSignal } from '@/lib/contracts/fleet';
import type { Why } from '@/lib/contracts/why';

export interface PartProps<T> {
  title: string;
  definition?: string;
  part: T | null;
  /** Whether the story is still being told: then a part that is not there may come yet. */
  isTelling: boolean;
  height: number;
  className?: string;
  children: (part: T) => ReactNode;
}

/** A panel of the story: waiting, missing with its reason, or there with what it lacks. */
export function Part<T extends { why: readonly Why[]; gaps: readonly string[]; missing?: MissingSignal | null }>(
  props: PartProps<T>,
) {
  const { title, definition, part, isTelling, height, className, children } = props;
  return (
    <Panel title={title} definition={definition} why={part?.why} height={height} className={className}>
      {part === null ? (
        isTelling ? (
          <Skeleton height={height} />
        ) : (
          <Diagnosis
            height={height}
            diagnosis={{ what: 'Not asked.', why: 'The story ended before this part.', action: null }}
          />
        )
      ) : (
        <>
          {part.missing ? (
            <Diagnosis
              height={height}
              diagnosis={{
                what: `Not measured: ${part.missing.signal}.`,
                why: part.missing.reason,
                action: part.missing.remedy,
              }}
            />
          ) : (
            children(part)
          )}
          {part.gaps.map((gap) => (
            <p key={gap} className="mt-2 text-small text-t2 [overflow-wrap:anywhere]">
              <StatusIcon status="watch" label="incomplete" /> {gap}
            </p>
          ))}
        </>
      )}
    </Panel>
  );
}
