import 'server-only';
import type { Why } from '@/lib/contracts/why';
import { toAnswer, whyOf } from '../answer';
import type { SourceConfig } from '../config';
import type { Telemetry } from '../telemetry';
import { upstreamUrl } from '../upstream/url';

/** What every measure of readiness is told. */
export interface Scope {
  telemetry: Telemetry;
  /** Models with requests in the range, or the one that was asked for. */
  models: readonly string[];
  startMs: number;
  endMs: number;
  signal: AbortSignal;
}

/** How many models are looked into closely; each costs queries of its own. */
export const MAX_MODELS_LOOKED_INTO = 10;

/** Provenance of something asked of a source that is no query: a page of its settings. */
export const pageWhy = (source: SourceConfig, path: string, purpose: string, elapsedMs: number): Why =>
  whyOf(
    toAnswer(source, { language: 'none', query: path, startMs: 0, endMs: 0, stepMs: null }, null, {
      elapsedMs,
      requestUrl: upstreamUrl(source, path, {}).shown,
      cached: false,
      truncated: null,
      warnings: [],
    }),
    purpose,
  );
