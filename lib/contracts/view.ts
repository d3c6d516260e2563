/** The view in every page's address. Read by hand: a parser would be in the first load of every page. */

/** Characters of a model's name at most. */
export const MODEL_NAME_CHARACTERS = 1_000;

const REFRESHES = ['off', '15s', '30s', '1m', '5m'] as const;
/** How often a live page asks again. */
export type Refresh = (typeof REFRESHES)[number];

export const AGAINSTS = ['day', 'week'] as const;
/** What the fleet's numbers are compared with: the same time a day or a week before. */
export type Against = (typeof AGAINSTS)[number];

/** One end of a range in the address bar: "now", "now-6h", or milliseconds since the epoch. */
const RANGE_END = /^(now(-\d{1,6}[smhdw])?|\d{1,16})$/;

/** What every page shares through its address: range, model, versions, refresh. */
export interface View {
  from: string;
  to: string;
  model?: string | undefined;
  /** Versions shown; empty means all. */
  versions: string[];
  refresh: Refresh;
  against: Against;
}

/** The view of an address's parameters. One that cannot be read falls back to its default, so that a mangled link still opens. */
export function readView(params: Readonly<Record<string, string | undefined>>): View {
  const { from = '', to = '', model = '', versions = '' } = params;
  return {
    from: RANGE_END.test(from) ? from : 'now-1h',
    to: RANGE_END.test(to) ? to : 'now',
    ...(model === '' || model.length > MODEL_NAME_CHARACTERS ? {} : { model }),
    versions: versions.split(',').filter(Boolean),
    refresh: REFRESHES.find((one) => one === params.refresh) ?? '30s',
    against: AGAINSTS.find((one) => one === params.against) ?? 'day',
  };
}

/** The model an address is about: that of a model's own page, else the one its parameters name; undefined for none. */
export function modelOfAddress(pathname: string, search: URLSearchParams): string | undefined {
  const { model } = readView(Object.fromEntries(search));
  const segment = /^\/models\/([^/]+)/.exec(pathname)?.[1];
  if (segment === undefined) return model;
  try {
    return decodeURIComponent(segment);
  } catch {
    // A percent sign that encodes nothing.
    return model;
  }
}
