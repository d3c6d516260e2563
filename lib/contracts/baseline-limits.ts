/** Bytes of an uploaded file at most. */
export const MAX_BASELINE_BYTES = 20_000_000;
/** Features of one baseline at most. */
export const MAX_BASELINE_FEATURES = 5_000;
