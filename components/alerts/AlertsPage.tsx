'use client';

import { useQuery } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { useFrozen } from '@/components/ui/frozen';
import { QueryState } from '@/components/ui/QueryState';
import type { AlertList } from '@/lib/contracts/alert';
import { matchersOf } from '@/lib/domain/silence';
import { alertsQuery } from '@/lib/queries/alerts';
import { AlertDetail } from './AlertDetail';
import { AlertsPanel } from './AlertsPanel';
import { NoisePanel } from './NoisePanel';
import { SilenceForm } from './SilenceForm';
import { SilencesPanel } from './SilencesPanel';
import { NEW_SILENCE, useOpenAlert, useSilencing } from './use-open-alert';

const PAGE_HEIGHT = 320;

/** What fires and what is held back, by model; silences; and which alerts call people for nothing. */
export function AlertsPage() {
  const { view } = useView();
  const alerts = useQuery(alertsQuery({ model: view.model }));
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="truncate font-semibold text-title">
        Alerts{view.model === undefined ? '' : ` of ${view.model}`}
        {view.model === undefined ? null : (
          <ViewLink to="/alerts" patch={{ model: null }} className="link ml-3 font-normal text-small">
            Alerts of all models
          </ViewLink>
        )}
      </h1>
      <QueryState query={alerts} height={PAGE_HEIGHT}>
        {(data) => <Alerts data={data} />}
      </QueryState>
      <SilencesPanel />
      <NoisePanel />
    </div>
  );
}

/** The alerts of an answer and the one that is open; drawn as well from a frozen copy, in which nothing is silenced. */
export function Alerts({ data }: { data: AlertList }) {
  const [openId] = useOpenAlert();
  const [silencing, setSilencing] = useSilencing();
  const all = data.groups.flatMap(({ alerts }) => alerts);
  const open = all.find(({ id }) => id === openId);
  const silenced = all.find(({ id }) => id === silencing);
  const close = () => setSilencing(null);
  const isFrozen = useFrozen() !== null;
  const canSilence = data.alertmanagers.length > 0 && !isFrozen;
  const form = !canSilence ? null : silencing === NEW_SILENCE ? (
    <SilenceForm key={NEW_SILENCE} alert={null} matchers={[]} onClose={close} />
  ) : silenced === undefined ? null : (
    <SilenceForm key={silenced.id} alert={silenced} matchers={matchersOf(silenced.labels)} onClose={close} />
  );
  return (
    <div className="grid grid-cols-1 gap-3">
      <AnswerLine answer={data.answer} />
      <AlertsPanel data={data} />
      {openId === null ? null : open === undefined ? (
        <Diagnosis
          diagnosis={{
            what: 'This alert does not fire any more.',
            why: 'It has ended since this link was made, or its labels have changed.',
            action: 'How often it fired stands under “Noise”.',
          }}
        />
      ) : (
        <AlertDetail key={open.id} alert={open} canSilence={canSilence}>
          {silencing === open.id ? form : null}
        </AlertDetail>
      )}
      {silencing === open?.id ? null : form}
    </div>
  );
}
