import * as z from 'zod';
import { type Endpoint, read } from './endpoint';
import { NewSignoff, ReadinessParams, ReadinessReport, ReadinessSignoff, SignoffId } from './readiness';

/** What the telemetry lacks, and what people vouch for. */
export const READINESS_ENDPOINTS: readonly Endpoint[] = [
  read('readiness', ReadinessParams, ReadinessReport, 'Whether the telemetry deserves trust: checks, scores, lists'),
  { ...read('readiness/report', ReadinessParams, z.string(), 'The same as Markdown'), media: 'text/markdown' },
  {
    method: 'POST',
    path: '/api/readiness/signoffs',
    permission: 'readiness:sign',
    params: NewSignoff,
    response: ReadinessSignoff,
    summary: 'Vouch for an item that no telemetry can answer, until a day',
  },
  {
    method: 'DELETE',
    path: '/api/readiness/signoffs/{id}',
    permission: 'readiness:sign',
    params: SignoffId,
    response: null,
    summary: 'Withdraw a sign-off',
  },
];
