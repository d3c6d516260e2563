import * as z from 'zod';

/** What somebody may do. Each route names exactly one; identities hold sets of them. */
export const Permission = z.enum([
  'health:read',
  'telemetry:read',
  'notes:read',
  'notes:write',
  // Edit and remove what others wrote.
  'notes:moderate',
  // Send a logged request to its model again.
  'requests:replay',
  // Send a synthetic check to a model now.
  'synthetic:run',
  // Read pins, and freeze what a panel shows.
  'evidence:read',
  'evidence:write',
  // Upload and remove what drift is measured against.
  'baselines:write',
  'settings:read',
  // See what was sent to endpoints outside, and send it again.
  'webhooks:read',
  'webhooks:replay',
  // Read who did what, and whether its chain holds.
  'audit:read',
  'incidents:read',
  'incidents:write',
  // Approve a postmortem, or ask for changes.
  'incidents:review',
  // Make, change and end silences of an Alertmanager.
  'alerts:silence',
  // Vouch for what no telemetry can answer, and take it back.
  'readiness:sign',
  'investigations:read',
  'investigations:write',
  // Deliver alerts. For senders with the webhook's secret; no person needs it.
  'alerts:deliver',
  // Throw the kill switch of the guards, and make one ready again.
  'rollouts:control',
  // Ask the pull gate. For tools with a token; no person has it.
  'rollouts:gate',
]);
export type Permission = z.infer<typeof Permission>;

/** What only a token gives: another tool acts on it, so being able to reach the console must not be enough. */
export const TOKEN_ONLY_PERMISSIONS = ['rollouts:gate'] as const satisfies readonly Permission[];

/** What a token of the configuration may be given: a bot or a script that keeps the record has a name of its own in it. */
export const TOKEN_PERMISSIONS = [
  ...TOKEN_ONLY_PERMISSIONS,
  'telemetry:read',
  'evidence:read',
  'evidence:write',
  'incidents:read',
  'incidents:write',
  'incidents:review',
] as const satisfies readonly Permission[];
export type TokenPermission = (typeof TOKEN_PERMISSIONS)[number];
