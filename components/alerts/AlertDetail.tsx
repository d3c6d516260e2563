'use client';

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { openDialog } from '@/components/shell/dialogs';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { MetricPanel } from '@/components/signals/MetricPanel';
import { Button, IconButton } from '@/components/ui/Button';
import { useFrozen } from '@/components/ui/frozen';
import { Panel } from '@/components/ui/Panel';
import { pinOf } from '@/components/ui/pin';
import { useZone } from '@/components/ui/preference';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import type { AlertReport, AlertRow } from '@/lib/contracts/alert';
import type { Severity } from '@/lib/contracts/incident-words';
import { formatDuration, formatInstant, formatNumber, formatRatioPercent } from '@/lib/domain/format';
import { alertQuery } from '@/lib/queries/alerts';
import { sloDetailQuery } from '@/lib/queries/slos';
import { JoinIncident } from './JoinIncident';
import { useOpenAlert, useSilencing } from './use-open-alert';

/** What is kept with an alert, as far as it is on the screen. */
const BESIDE = ['metrics', 'slos/objective'] as const;

/**
 * One alert: since when, why, whose, what to do, and the query's graph; drawn as well from a frozen copy. `children`:
 * what is being done about it, above the graph.
 */
export function AlertDetail({
  alert,
  canSilence,
  children,
}: {
  alert: AlertRow;
  canSilence: boolean;
  children?: ReactNode;
}) {
  const { range } = useView();
  const isFrozen = useFrozen() !== null;
  const asked = alertQuery({ alertId: alert.id, startMs: range.startMs, endMs: range.endMs });
  // What the list does not tell: who silenced it, and until when.
  const report = useQuery({ ...asked, enabled: isFrozen || alert.silencedBy.length > 0 });
  return (
    <section aria-label={`Details of ${alert.name}`} className="grid grid-cols-1 gap-3">
      <Panel
        title={alert.name}
        definition={alert.summary ?? undefined}
        why={report.data?.why}
        pin={{ ...pinOf('alert', asked), beside: BESIDE }}
        actions={isFrozen ? undefined : <CloseButton />}
      >
        <div className="mb-3 flex flex-wrap items-center gap-2">
          {alert.incident === null ? (
            isFrozen ? null : (
              <>
                <Button look="primary" onClick={() => openDialog({ kind: 'declare', from: declarationOf(alert) })}>
                  Declare incident
                </Button>
                <JoinIncident alert={alert} />
              </>
            )
          ) : (
            <ViewLink to={`/incidents/${alert.incident.number}`} className="link">
              Open INC-{alert.incident.number}
            </ViewLink>
          )}
          {canSilence ? <SilenceButton id={alert.id} /> : null}
        </div>
        {alert.note === null ? null : <p className="mb-2 text-small text-watch">{alert.note}</p>}
        <Facts alert={alert} silences={report.data?.silences ?? []} />
        {report.data?.gaps.map((gap) => (
          <p key={gap} className="mt-1 text-small text-watch">
            {gap}
          </p>
        ))}
      </Panel>
      {children}
      {alert.query === null ? null : <MetricPanel query={alert.query} source={alert.sources[0]} />}
    </section>
  );
}

function CloseButton() {
  const [, setOpen] = useOpenAlert();
  return (
    <IconButton label="Close details" onClick={() => setOpen(null)}>
      <X size={14} aria-hidden />
    </IconButton>
  );
}

function SilenceButton({ id }: { id: string }) {
  const [, setSilencing] = useSilencing();
  return <Button onClick={() => setSilencing(id)}>Silence…</Button>;
}

function Facts({ alert, silences }: { alert: AlertRow; silences: AlertReport['silences'] }) {
  const runbook = alert.runbook;
  const labels = Object.entries(alert.labels).filter(([name]) => name !== 'alertname');
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1 text-small [overflow-wrap:anywhere]">
      <Fact name="State">
        <StatusWord status={alert.status} word={alert.state} />{' '}
        {alert.sinceMs === null ? (
          'since an unknown time'
        ) : (
          <>
            since <RelativeTime atMs={alert.sinceMs} />
          </>
        )}
        {alert.value === null ? null : <span className="text-t2">, at {formatNumber(alert.value)}</span>}
      </Fact>
      {alert.description === null ? null : <Fact name="Meaning">{alert.description}</Fact>}
      {alert.slo === null ? null : <Budget slo={alert.slo} />}
      <Fact name="Severity">{alert.severity ?? <span className="text-t3">not said</span>}</Fact>
      <Fact name="Owner">
        {alert.owner ?? <span className="text-t3">nobody; say it under models in windsock.yaml</span>}
      </Fact>
      <Fact name="Runbook">
        {runbook === null ? (
          <span className="text-watch">none: its rule has no annotation runbook_url with a web address</span>
        ) : (
          <a className="link" href={runbook} target="_blank" rel="noreferrer noopener">
            {runbook}
          </a>
        )}
      </Fact>
      {alert.inhibitedBy.length === 0 ? null : <Fact name="Held back by">{alert.inhibitedBy.join(', ')}</Fact>}
      {alert.silencedBy.length === 0 ? null : (
        <Fact name="Silenced in">
          {[...new Set(alert.silencedBy.map(({ source }) => source))].join(', ')}
          {silences.map((silence) => (
            <SilenceWords key={silence.id} silence={silence} />
          ))}
        </Fact>
      )}
      {alert.receivers.length === 0 ? null : <Fact name="Notifies">{alert.receivers.join(', ')}</Fact>}
      <Fact name="Seen by">{alert.sources.join(', ')}</Fact>
      <Fact name="Labels">
        <span className="font-mono text-t2">{labels.map(([name, value]) => `${name}="${value}"`).join(' ')}</span>
      </Fact>
    </dl>
  );
}

/** Why an alert is silent, in the words of whoever silenced it. */
function SilenceWords({ silence: { comment, createdBy, endsAtMs } }: { silence: AlertReport['silences'][number] }) {
  const { zone } = useZone();
  return (
    <span className="block text-t2">
      “{comment}” by {createdBy}
      {endsAtMs === null ? '' : `, until ${formatInstant(endsAtMs, zone)}`}
    </span>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-t3">{name}</dt>
      <dd className="m-0 text-t1">{children}</dd>
    </>
  );
}

/** How much of the objective's budget is left, and until when. */
function Budget({ slo }: { slo: string }) {
  const at = slo.indexOf('/');
  const [model, name] = [slo.slice(0, at), slo.slice(at + 1)];
  const detail = useQuery({ ...sloDetailQuery({ model, slo: name }), enabled: at > 0 });
  const row = detail.data?.row;
  if (at <= 0 || detail.isError) return null;
  const left = row?.leftRatio ?? null;
  const ends = row?.endsInMs ?? null;
  return (
    <Fact name="Budget">
      {row === undefined ? (
        <span className="text-t3">asking …</span>
      ) : (
        <>
          {left === null ? 'not measured' : left <= 0 ? 'spent' : `${formatRatioPercent(left)} left`}
          {ends === null || ends === 0 ? '' : `, gone in ${formatDuration(ends)} at this pace`}
          <span className="text-t2"> ({row.promise}).</span>{' '}
          <ViewLink to={`/slos?${new URLSearchParams({ objective: slo })}`} className="link">
            Open the objective
          </ViewLink>
        </>
      )}
    </Fact>
  );
}

/** Severities of an incident that an alert's own stand for, as far as their words are usual. */
function severityOf(severity: string | null): Severity {
  if (severity !== null && /^(critical|page|p[01]|sev[01])$/i.test(severity)) return 'SEV1';
  return severity !== null && /^(ticket|warning|warn|info|low)$/i.test(severity) ? 'SEV3' : 'SEV2';
}

const declarationOf = (alert: AlertRow) => ({
  title: alert.summary ?? (alert.model === null ? alert.name : `${alert.name} of ${alert.model}`),
  severity: severityOf(alert.severity),
  ...(alert.description === null ? {} : { text: alert.description }),
  ...(alert.model === null ? {} : { model: alert.model }),
  ...(alert.labels.model_version === undefined ? {} : { version: alert.labels.model_version }),
  ...(alert.sinceMs === null ? {} : { startedAtMs: alert.sinceMs }),
  origin: { kind: 'alert', ref: alert.episodeId ?? alert.id } as const,
});
