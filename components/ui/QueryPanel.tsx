'use client';

import type { Why } from '@/lib/contracts/why';
import { Panel, type PanelProps } from './Panel';
import { QueryState, type QueryStateProps } from './QueryState';

export interface QueryPanelProps<T> extends Omit<PanelProps, 'why' | 'height' | 'children'>, QueryStateProps<T> {
  /** Height of the body, pixels: empty, waiting and failing take the same. */
  height: number;
}

/** A panel whose whole body is the answer to one question, with that answer's queries behind it. */
export function QueryPanel<T extends { why: readonly Why[] }>(props: QueryPanelProps<T>) {
  const { query, height, diagnosis, children, ...panel } = props;
  return (
    <Panel {...panel} why={query.data?.why} height={height}>
      <QueryState query={query} height={height} diagnosis={diagnosis}>
        {children}
      </QueryState>
    </Panel>
  );
}
