import { type CountedErrors, countLogEvidence } from './sequential';

/** Requests and failures of both sides in one scrape window. */
export interface EvidenceWindow {
  championRequests: number;
  challengerRequests: number;
  championErrors: number;
  challengerErrors: number;
}

/** How far a window's split may lie from the running one, in standard errors, before the split has changed. */
const CHANGE_Z = 5;
/** Windows with fewer requests cannot tell a changed split. */
const MIN_FOR_CHANGE = 50;

export interface Evidence {
  /** ln of the e-value so far, after each window; null before both sides had requests. */
  path: (number | null)[];
  /** ln of the e-value now; 0 without failures. */
  logE: number;
  /** min(1, 1/max E so far): valid however often it is read. */
  pValue: number;
  /** First window after which p was at most 5 %; null when never. */
  provenAt: number | null;
  /** More failures than the challenger's share of the requests: only then does the evidence speak against it. */
  isAgainstChallenger: boolean;
  /** Stretches with one split; their e-values are multiplied. */
  stretches: number;
}

/**
 * The e-process of error counts over windows whose split θ may change. Windows with one split are pooled into one
 * stretch, whose term is that of Lindon & Malek with the stretch's own θ; where the split changes (its windows lie more
 * than five standard errors apart) a new stretch begins, and the terms multiply. One window alone has too few failures to
 * say anything: with a single failure its term is always 1.
 */
export function accumulateEvidence(windows: readonly EvidenceWindow[], alpha = 0.05): Evidence {
  const path: (number | null)[] = [];
  let settled = 0;
  let stretch = emptyWindow();
  let stretches = 0;
  let highest = 0;
  let provenAt: number | null = null;
  let errors = 0;
  let expected = 0;
  let challengerErrors = 0;
  let logE = 0;
  for (const [index, window] of windows.entries()) {
    const requests = window.championRequests + window.challengerRequests;
    if (requests > 0 && splitChanged(stretch, window)) {
      settled = logE;
      stretch = emptyWindow();
    }
    if (requests > 0 && stretch.championRequests + stretch.challengerRequests === 0) stretches += 1;
    stretch = addWindows(stretch, window);
    const counts = toCounts(stretch);
    const own = counts === null ? null : countLogEvidence(counts);
    // All of the traffic on one side: a failure there says nothing about the other.
    logE = settled + (own ?? 0);
    path.push(own === null && settled === 0 ? null : logE);
    const failures = window.championErrors + window.challengerErrors;
    errors += failures;
    challengerErrors += window.challengerErrors;
    expected += requests > 0 ? (failures * window.challengerRequests) / requests : 0;
    highest = Math.max(highest, logE);
    if (provenAt === null && logE >= -Math.log(alpha)) provenAt = index;
  }
  return {
    path,
    logE,
    pValue: Math.min(1, Math.exp(-highest)),
    provenAt,
    isAgainstChallenger: errors > 0 && challengerErrors > expected,
    stretches,
  };
}

const emptyWindow = (): EvidenceWindow => ({
  championRequests: 0,
  challengerRequests: 0,
  championErrors: 0,
  challengerErrors: 0,
});

const addWindows = (a: EvidenceWindow, b: EvidenceWindow): EvidenceWindow => ({
  championRequests: a.championRequests + b.championRequests,
  challengerRequests: a.challengerRequests + b.challengerRequests,
  championErrors: a.championErrors + b.championErrors,
  challengerErrors: a.challengerErrors + b.challengerErrors,
});

function toCounts(window: EvidenceWindow): CountedErrors | null {
  const requests = window.championRequests + window.challengerRequests;
  if (!(requests > 0)) return null;
  return {
    challengerErrors: window.challengerErrors,
    totalErrors: window.championErrors + window.challengerErrors,
    challengerShare: window.challengerRequests / requests,
  };
}

function splitChanged(running: EvidenceWindow, window: EvidenceWindow): boolean {
  const n = running.championRequests + running.challengerRequests;
  const m = window.championRequests + window.challengerRequests;
  if (!(n > 0) || m < MIN_FOR_CHANGE) return false;
  const before = running.challengerRequests / n;
  const now = window.challengerRequests / m;
  const both = (running.challengerRequests + window.challengerRequests) / (n + m);
  const spread = both * (1 - both) * (1 / n + 1 / m);
  // A side that had nothing and now has something has begun: nothing before can be compared.
  if (!(spread > 0)) return before !== now;
  return Math.abs(now - before) > CHANGE_Z * Math.sqrt(spread);
}
