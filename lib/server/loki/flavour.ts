import 'server-only';
import { z } from 'zod';
import type { SourceApi } from '../upstream/cached';
import { atLeast } from '../upstream/version';
import { optional } from './api';
import { LokiBuildInfo } from './schema';

/** What a Loki is, from its version or, where it does not say, from what it answers. */
export interface LokiFlavour {
  /** Null for builds without a number. */
  version: string | null;
  features: {
    /** Structured metadata, detected levels and labels told apart: 3.0 and later. */
    categorizedLabels: boolean;
    detectedFields: boolean;
    /** Values of a detected field: 3.3 and later. */
    detectedFieldValues: boolean;
    /** Pattern line filters (`|>`): 3.0 and later. */
    patternFilters: boolean;
  };
}

/** Builds of distributions leave the version empty: then the endpoints of 3.0 are tried instead. */
export async function lokiFlavour(api: SourceApi, signal: AbortSignal): Promise<LokiFlavour> {
  const path = '/loki/api/v1/status/buildinfo';
  const build = await optional(api({ path, schema: LokiBuildInfo, span: null, signal }));
  const written = build?.value.version ?? '';
  const version = /\d+\.\d+/.test(written) ? written : null;
  const three = version === null ? await knowsDetectedLabels(api, signal) : atLeast(version, '3.0');
  return {
    version,
    features: {
      categorizedLabels: three,
      detectedFields: three,
      detectedFieldValues: three && atLeast(version, '3.3'),
      patternFilters: three,
    },
  };
}

async function knowsDetectedLabels(api: SourceApi, signal: AbortSignal): Promise<boolean> {
  const answer = await optional(api({ path: '/loki/api/v1/detected_labels', schema: z.unknown(), span: null, signal }));
  return answer !== null;
}
