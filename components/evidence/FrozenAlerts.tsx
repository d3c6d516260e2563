'use client';

import { AlertDetail } from '@/components/alerts/AlertDetail';
import { Alerts } from '@/components/alerts/AlertsPage';
import type { AlertList, AlertReport } from '@/lib/contracts/alert';
import { answerOf, type DrawnDocument } from './answer-of';

/** One alert with its query's graph, or what fired, as it was. */
export const FrozenAlerts = ({ document }: { document: DrawnDocument }) =>
  document.kind === 'alert' ? (
    <AlertDetail alert={answerOf<AlertReport>(document).alert} canSilence={false} />
  ) : (
    <Alerts data={answerOf<AlertList>(document)} />
  );
