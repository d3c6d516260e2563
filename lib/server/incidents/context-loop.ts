import 'server-only';

/** The name of the loop that captures context packs; `wakeLoop` it after an incident was declared. */
export const CONTEXT_LOOP = 'incident-context';
