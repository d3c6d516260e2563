import { createHash } from 'node:crypto';
import type { ReceivedBody } from '@/lib/server/alert-intake/body';

export const START = '2026-11-20T11:50:00.123456789Z';
export const END = '2026-11-20T11:58:00Z';

export interface AlertToSend {
  name?: string;
  fingerprint?: string;
  status?: 'firing' | 'resolved';
  startsAt?: string;
  endsAt?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** An alert as Alertmanager writes it. */
export const alert = (asked: AlertToSend = {}) => ({
  status: asked.status ?? 'firing',
  labels: {
    alertname: asked.name ?? 'ModelErrors',
    model_name: 'fraud_detector',
    severity: 'critical',
    ...asked.labels,
  },
  annotations: asked.annotations ?? { summary: 'One in five predictions fails' },
  startsAt: asked.startsAt ?? START,
  endsAt: asked.endsAt ?? (asked.status === 'resolved' ? END : '0001-01-01T00:00:00Z'),
  generatorURL: 'http://prometheus:9090/graph?g0.expr=1',
  fingerprint: asked.fingerprint ?? 'c3b0a1f2d4e5f607',
});

/** A message of Alertmanager, version 4. */
export const message = (alerts: readonly object[], more: object = {}) => ({
  receiver: 'windsock',
  status: 'firing',
  alerts,
  groupLabels: { alertname: 'ModelErrors' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  version: '4',
  groupKey: '{}/{severity="critical"}:{alertname="ModelErrors"}',
  truncatedAlerts: 0,
  ...more,
});

export function bodyOf(payload: object | string): ReceivedBody {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return { bytes, cutBytes: 0, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The k-th body of a writer: a test sends the same again for what was not acknowledged. */
export const bodyNumber = (writer: string, k: number): ReceivedBody =>
  bodyOf(
    message([0, 1].map((i) => alert({ fingerprint: `${writer}-${k}-${i}`, labels: { model_name: `${writer}-${k}` } }))),
  );
