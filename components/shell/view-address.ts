import { modelOfAddress, readView, type View } from '@/lib/contracts/view';

/** What of the view may be changed; `model: null` and `versions: []` clear. */
export interface ViewPatch {
  from?: string;
  to?: string;
  model?: string | null;
  versions?: readonly string[];
  refresh?: View['refresh'];
  against?: View['against'];
}

const DEFAULTS: View = readView({});
export const VIEW_KEYS = ['from', 'to', 'model', 'versions', 'refresh', 'against'] as const;

/** The view in an address; a model's own page names the model in its path. */
export function parseView(pathname: string, search: URLSearchParams): View {
  const model = modelOfAddress(pathname, search);
  return { ...readView(Object.fromEntries(search)), ...(model === undefined ? {} : { model }) };
}

/** Undefined leaves a part as it is. Another model clears the versions, unless the patch names some. */
export function applyPatch(view: View, patch: ViewPatch): View {
  const model = patch.model === undefined ? view.model : (patch.model ?? undefined);
  // Versions belong to a model: those of another would silently empty every panel.
  const versions = patch.versions ?? (model === view.model ? view.versions : []);
  return {
    from: patch.from ?? view.from,
    to: patch.to ?? view.to,
    model,
    versions: [...versions],
    refresh: patch.refresh ?? view.refresh,
    against: patch.against ?? view.against,
  };
}

/** The view as parameters; what is at its default is left out, so that links stay short. */
export function viewSearch(view: View, pathname: string): URLSearchParams {
  const search = new URLSearchParams();
  if (view.from !== DEFAULTS.from) search.set('from', view.from);
  if (view.to !== DEFAULTS.to) search.set('to', view.to);
  // The model stands in the path of its own page; the Overview is about every model.
  const carriesModel = pathname !== '/' && !pathname.startsWith('/models/');
  if (view.model !== undefined && carriesModel) search.set('model', view.model);
  if (view.versions.length > 0 && pathname !== '/') search.set('versions', view.versions.join(','));
  if (view.refresh !== DEFAULTS.refresh) search.set('refresh', view.refresh);
  if (view.against !== DEFAULTS.against) search.set('against', view.against);
  return search;
}

/** A link within the console that keeps what the reader looks at. `path` may bring parameters of its own. */
export function viewHref(view: View, path: string, patch: ViewPatch = {}): string {
  const [pathname = '/', own = ''] = path.split('?', 2);
  const target = parseView(pathname, new URLSearchParams());
  const sameModel = target.model === undefined || target.model === view.model;
  const base =
    target.model === undefined ? view : { ...view, model: target.model, versions: sameModel ? view.versions : [] };
  const search = viewSearch(applyPatch(base, patch), pathname);
  for (const [key, value] of new URLSearchParams(own)) search.set(key, value);
  const text = search.toString();
  return text === '' ? pathname : `${pathname}?${text}`;
}

/** The path of a model's page. */
export const modelPath = (model: string): string => `/models/${encodeURIComponent(model)}`;

/** The path of a pin's page: the link that stays. */
export const evidencePath = (id: string): string => `/evidence/${encodeURIComponent(id)}`;

/** The path of a trace's page. */
export const tracePath = (traceId: string): string => `/traces/${encodeURIComponent(traceId)}`;
