const DAY_MS = 86_400_000;

/** How far back a request is looked for unless the reader asks for more. Apart from the contract: a page needs no parser. */
export const DEFAULT_BACK_MS = 7 * DAY_MS;
export const MAX_BACK_MS = 400 * DAY_MS;
