/** What a trace's page and its server agree on beside the shape of answers. Apart from the contract: the page needs no parser. */

/** Whose clock the times are of: as the hosts wrote them, or moved so that children lie within their parents. */
export const TRACE_CLOCKS = ['raw', 'corrected'] as const;

/** What is folded to one row: nothing, siblings alike, or what a service does within itself. */
export const TRACE_GROUPINGS = ['none', 'siblings', 'service'] as const;

/** Which spans have rows: all, or these and what is above them. */
export const TRACE_ONLY = ['all', 'errors', 'critical'] as const;

/** Rows whose fold a reader may have changed, at most. */
export const MAX_TOGGLED = 1_000;

/** Bits of a row's `flags`. */
export const ROW_FLAG = {
  error: 1,
  hasRows: 2,
  open: 4,
  match: 8,
  orphan: 16,
  duplicate: 32,
  negative: 64,
  untimed: 128,
  cycle: 256,
} as const;
