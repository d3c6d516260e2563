'use client';

import { EventIcon } from '@/components/charts/ChangeRail';
import { ViewLink } from '@/components/shell/ViewLink';
import { useZone } from '@/components/ui/preference';
import { RoleMark } from '@/components/ui/RoleMark';
import { Hint } from '@/components/ui/Tooltip';
import type { Deployment, LatencyPlace, SimilarRequests, StoryCore } from '@/lib/contracts/request-story';
import {
  formatInstant,
  formatMs,
  formatNumber,
  formatOffset,
  formatRange,
  formatRatioPercent,
} from '@/lib/domain/format';
import { latencyWords, requestHref } from '@/lib/domain/request-story';
import { bucketWords, DistributionBars } from './DistributionBars';
import { Part } from './Part';
import { type WideColumn, WideTable } from './WideTable';

const HEIGHT = 130;

interface Props<T> {
  part: T | null;
  story: StoryCore;
  isTelling: boolean;
}

/** The request's place among those of its version in that hour. */
export function LatencyPanel({ part, story, isTelling }: Props<LatencyPlace>) {
  const { zone } = useZone();
  const { model, version, latencyMs } = story.record;
  return (
    <Part
      title="Latency in its hour"
      definition={`of ${model ?? 'its model'}${version === null ? '' : ` ${version}`}`}
      part={part}
      isTelling={isTelling}
      height={HEIGHT}
    >
      {({ place, distribution, startMs, endMs }) => (
        <div className="grid gap-2 text-small">
          <p className="text-body text-t1">
            {formatMs(latencyMs)}
            {place === null ? ' cannot be placed' : `: ${latencyWords(place)}`}.
          </p>
          {distribution === null ? null : (
            <>
              <DistributionBars
                distribution={distribution}
                label="Latency of the hour"
                unit=" ms"
                height={64}
                isOdd={(place?.low ?? 0) >= 0.95}
              />
              <p className="text-t3">
                Its bucket, {bucketWords(distribution, distribution.at, ' ms')}, holds{' '}
                {formatRatioPercent(distribution.share[distribution.at] ?? 0)} of {formatNumber(distribution.total, 4)}{' '}
                requests; within a bucket nothing is known. {formatRange(startMs, endMs, zone)}.
              </p>
            </>
          )}
        </div>
      )}
    </Part>
  );
}

/** Which versions answered then, in which roles, and what changed around it. */
export function DeploymentPanel({ part, story, isTelling }: Props<Deployment>) {
  const { zone } = useZone();
  const { record, atMs } = story;
  return (
    <Part
      title="Deployed then"
      definition="versions with requests in that hour, and what changed in the six hours before"
      part={part}
      isTelling={isTelling}
      height={HEIGHT}
    >
      {({ versions, events }) => (
        <div className="grid gap-3 text-small">
          <ul aria-label="Versions then" className="grid gap-1">
            {versions.map(({ version, role, share }) => (
              <li key={version} className="flex items-baseline gap-2">
                <RoleMark role={role} />
                <span className={version === record.version ? 'font-semibold text-t1' : 'text-t2'}>{version}</span>
                <span className="text-t3">{role === 'other' ? 'no role' : role}</span>
                <span className="ml-auto tabular-nums text-t2">{share === null ? '' : formatRatioPercent(share)}</span>
                {version === record.version ? <span className="text-t1">answered this one</span> : null}
              </li>
            ))}
          </ul>
          {events.length === 0 ? (
            <p className="text-t2">Nothing changed: no new version, no other role, no alert.</p>
          ) : (
            <ol aria-label="Changes around then" className="grid gap-1">
              {events.map((event) => (
                <li key={event.id} className="flex gap-2">
                  <EventIcon kind={event.kind} />
                  <span className="w-[104px] shrink-0 text-t3">
                    <Hint text={formatInstant(event.atMs, zone)}>{formatOffset(event.atMs, atMs)}</Hint>
                  </span>
                  <span className="min-w-0 text-t1 [overflow-wrap:anywhere]">{event.text}</span>
                </li>
              ))}
            </ol>
          )}
        </div>
      )}
    </Part>
  );
}

const SIMILAR_COLUMNS: readonly WideColumn[] = [
  { name: 'Request' },
  { name: 'When' },
  { name: 'Latency', isNumeric: true },
  { name: 'Answer' },
  { name: 'Trace' },
];

/** Requests like this one that went well, to compare with. */
export function SimilarPanel({ part, story, isTelling }: Props<SimilarRequests>) {
  const traceId = story.trace?.traceId ?? null;
  return (
    <Part title="Like it, and went well" definition={part?.how} part={part} isTelling={isTelling} height={HEIGHT}>
      {({ rows }) =>
        rows.length === 0 ? (
          <p className="text-small text-t2">
            None was found.{' '}
            {story.record.model === null ? 'No model is named to look for.' : 'The failure may be all there was.'}
          </p>
        ) : (
          <WideTable label="Similar requests that went well" columns={SIMILAR_COLUMNS}>
            {rows.map((row) => (
              <tr key={row.id} className="border-line border-t">
                <td className="max-w-[200px] truncate px-3 py-1" title={row.id}>
                  <ViewLink to={requestHref(row.id, row.atMs)} className="link font-mono">
                    {row.id}
                  </ViewLink>
                </td>
                <td className="whitespace-nowrap px-2 py-1 text-t2">{formatOffset(row.atMs, story.atMs)}</td>
                <td className="whitespace-nowrap px-2 py-1 text-right tabular-nums">{formatMs(row.latencyMs)}</td>
                <td className="px-2 py-1 [overflow-wrap:anywhere]">
                  {[row.label, row.score === null ? null : formatNumber(row.score, 3)]
                    .filter((one) => one !== null)
                    .join(', ') || <span className="text-t3">not logged</span>}
                </td>
                <td className="whitespace-nowrap px-3 py-1">
                  {row.traceId === null || row.sampled === false ? (
                    <span className="text-t3">not sampled</span>
                  ) : (
                    <ViewLink
                      to={
                        traceId === null
                          ? `/traces/${row.traceId}`
                          : `/traces/${traceId}?tab=compare&against=${row.traceId}`
                      }
                      className="link"
                    >
                      {traceId === null ? 'Open' : 'Compare'}
                    </ViewLink>
                  )}
                </td>
              </tr>
            ))}
          </WideTable>
        )
      }
    </Part>
  );
}
