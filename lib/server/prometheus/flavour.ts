import 'server-only';
import { atLeast } from '../upstream/version';

export type FlavourName = 'prometheus' | 'mimir' | 'thanos' | 'victoriametrics' | 'unknown';

/** Which server speaks the Prometheus API, and what it can do. */
export interface Flavour {
  name: FlavourName;
  /** As the server writes it; null when it does not say, or says another product's. */
  version: string | null;
  features: {
    /** Label names beyond the classic characters, in quotes. */
    utf8Names: boolean;
    /** A limit on queries is honoured: without it only the byte cap bounds an answer. */
    queryLimit: boolean;
    nativeHistograms: boolean;
    /** Targets, flags and head statistics of one server. */
    serverState: boolean;
  };
}

/** From the data of /status/buildinfo; null when the endpoint is missing. */
export function flavourOf(
  build: {
    application?: string | undefined;
    version?: string | undefined;
    revision?: string | undefined;
    goVersion?: string | undefined;
  } | null,
): Flavour {
  if (build === null) return flavour('unknown', null);
  const { application = '', version = '', revision, goVersion } = build;
  if (/mimir/i.test(application)) return flavour('mimir', version || null);
  if (application !== '') return flavour('unknown', null);
  // VictoriaMetrics says nothing, or only the version of the Prometheus it imitates.
  if (revision === undefined && goVersion === undefined) return flavour('victoriametrics', null);
  if (/^v?0\./.test(version)) return flavour('thanos', version);
  return flavour('prometheus', version || null);
}

function flavour(name: FlavourName, version: string | null): Flavour {
  const own = name === 'prometheus';
  return {
    name,
    version,
    features: {
      utf8Names: own && atLeast(version, '3.0'),
      queryLimit: own && atLeast(version, '3.2'),
      nativeHistograms: name === 'mimir' || name === 'thanos' || (own && atLeast(version, '2.40')),
      serverState: own,
    },
  };
}
