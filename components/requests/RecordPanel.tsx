'use client';

import type { ReactNode } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { Panel } from '@/components/ui/Panel';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { RoleMark } from '@/components/ui/RoleMark';
import { StatusWord } from '@/components/ui/Status';
import type { Role } from '@/lib/contracts/fleet';
import type { StoryCore } from '@/lib/contracts/request-story';
import { modelHref } from '@/lib/domain/fleet-answer';
import { formatCount, formatMs, formatNumber } from '@/lib/domain/format';

const HALF_HOUR_MS = 1_800_000;

const roleWords = (role: Role | null): string =>
  role === null ? '' : role === 'other' ? ', without a role then' : `, ${role} then`;

/** What the model was asked and what it answered, field by field; what no source says is said. */
export function RecordPanel({ story, role }: { story: StoryCore; role: Role | null }) {
  const { record, requestId, traceId, spanId, atMs } = story;
  const then = { from: String(Math.floor(atMs - HALF_HOUR_MS)), to: String(Math.floor(atMs + HALF_HOUR_MS)) };
  const service =
    record.service === null ? null : `${record.service}${record.route === null ? '' : ` ${record.route}`}`;
  const counted = record.featuresCount === null ? '' : ` of ${formatCount(record.featuresCount)}`;
  return (
    <Panel
      title="Prediction"
      definition={story.noLines === null ? 'as its log lines say' : 'as its trace says'}
      why={story.why}
    >
      <dl className="grid grid-cols-[84px_1fr] gap-x-3 gap-y-1 text-small">
        <Fact name="Model">
          {record.model === null ? null : (
            <ViewLink to={modelHref(record.model)} patch={then} className="link">
              {record.model}
            </ViewLink>
          )}
        </Fact>
        <Fact name="Version">
          {record.version === null ? null : (
            <>
              {role === null ? null : <RoleMark role={role} />} {record.version}
              <span className="text-t3">{roleWords(role)}</span>
            </>
          )}
        </Fact>
        <Fact name="Status">
          {record.status === null ? null : (
            <StatusWord
              status={record.status === 'ok' ? 'ok' : 'bad'}
              word={record.status === 'ok' ? 'ok' : 'failed'}
            />
          )}
        </Fact>
        {record.error === null ? null : (
          <Fact name="Error">
            <span className="text-bad">{record.error}</span>
          </Fact>
        )}
        <Fact name="Label">{record.label}</Fact>
        <Fact name="Score">{record.score === null ? null : formatNumber(record.score, 4)}</Fact>
        <Fact name="Confidence">{record.confidence === null ? null : formatNumber(record.confidence, 4)}</Fact>
        <Fact name="Latency">
          {record.latencyMs === null ? null : (
            <>
              {formatMs(record.latencyMs)}
              <span className="text-t3">{record.latencyFrom === 'trace' ? ' of its root span' : ''}</span>
            </>
          )}
        </Fact>
        <Fact name="Segment">{record.segment}</Fact>
        <Fact name="Service">{service}</Fact>
        <Fact name="Answered">
          <RelativeTime atMs={atMs} />
        </Fact>
        <Fact name="Request">{requestId === null ? null : <span className="font-mono">{requestId}</span>}</Fact>
        <Fact name="Trace">{traceId === null ? null : <span className="font-mono">{traceId}</span>}</Fact>
        {spanId === null ? null : (
          <Fact name="Span">
            <span className="font-mono">{spanId}</span>
          </Fact>
        )}
        <Fact name="Inputs">
          {record.features.length === 0 && counted === ''
            ? null
            : `${formatCount(record.features.length)}${counted} logged`}
        </Fact>
      </dl>
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-t3">{name}</dt>
      <dd className="min-w-0 text-t1 [overflow-wrap:anywhere]">
        {children ?? <span className="text-t3">not logged</span>}
      </dd>
    </>
  );
}
