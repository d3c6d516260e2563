import 'server-only';

/** The name of the loop that takes over what was stored and not finished; `wakeLoop` it to have it look at once. */
export const INTAKE_LOOP = 'alert-intake';
