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
  'settings:read',
]);
export type Permission = z.infer<typeof Permission>;
