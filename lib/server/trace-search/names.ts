import 'server-only';
import { getConfig } from '../config';
import { attribute, field } from '../tempo/traceql';

/** Where spans carry what the contract names, as fields of TraceQL. */
export interface SpanNames {
  model: string;
  version: string;
  segment: string;
  requestId: string;
}

/** The contract's names unless the configuration says others; one with a scope (`resource.service.version`) keeps it. */
export function spanNames(): SpanNames {
  const { spanAttributes } = getConfig().signals;
  const named = (name: string): string => {
    const own = spanAttributes[name] ?? name;
    return /^(?:span|resource|event|link|instrumentation)?\./.test(own) ? field(own) : attribute('span', own);
  };
  return {
    model: named('model_name'),
    version: named('model_version'),
    segment: named('user_segment'),
    requestId: named('request_id'),
  };
}
