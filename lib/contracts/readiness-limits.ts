/** Bounds of a sign-off. Apart from the contract: forms need no parser. */
/** Long enough to say how it was made sure. */
export const MIN_REASON_CHARACTERS = 10;
export const MAX_REASON_CHARACTERS = 1_000;
/** A sign-off is good for a year at most: what nobody looked at since is not known. */
export const MAX_SIGNOFF_DAYS = 366;
