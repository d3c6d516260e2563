import type { AttributeValue } from '../stores';
import { attributeLists } from './attribute';
import { durationParam, RequestError } from './params';
import { STATUS_WORDS, staticOf, staticText } from './static';
import { serviceOf, type TraceView } from './trace-view';

/** The trace-level test of the legacy parameters `tags`, `minDuration` and `maxDuration`. */
export function parseLegacySearch(params: URLSearchParams): (view: TraceView) => boolean {
  const text = params.get('tags');
  const tags = text === null ? bareTags(params) : parseLogfmt(text);
  const minNs = durationParam(params, 'minDuration');
  const maxNs = durationParam(params, 'maxDuration');
  if (minNs !== null && maxNs !== null && maxNs > 0 && maxNs < minNs) {
    throw new RequestError(400, 'invalid maxDuration: must be greater than minDuration');
  }
  return (view) => {
    const durationNs = Number(view.durationNs());
    if (minNs !== null && durationNs < minNs) return false;
    if (maxNs !== null && maxNs > 0 && durationNs > maxNs) return false;
    return tags.every(([key, value]) => hasTag(view, key, value.toLowerCase()));
  };
}

const RESERVED: ReadonlySet<string> = new Set([
  'q',
  'tags',
  'minDuration',
  'maxDuration',
  'limit',
  'start',
  'end',
  'spss',
]);

/** The oldest form of all: every parameter without a meaning of its own is a tag, unless there is a query or a range. */
export function bareTags(params: URLSearchParams): [string, string][] {
  if (['q', 'tags', 'start', 'end'].some((name) => params.has(name))) return [];
  return [...params].filter(([name, value]) => !RESERVED.has(name) && value !== '');
}

/** Pairs of a logfmt line; a value may be quoted. Throws a 400 where the text is no logfmt. */
function parseLogfmt(text: string): [string, string][] {
  const pairs: [string, string][] = [];
  const pair = /\s*([^\s="]+)(?:=("(?:[^"\\]|\\.)*"|[^\s"]*))?(?=\s|$)/y;
  let at = 0;
  while (text.slice(at).trim() !== '') {
    pair.lastIndex = at;
    const match = pair.exec(text);
    if (match?.[1] === undefined) {
      throw new RequestError(400, `invalid tags: logfmt syntax error at pos ${at + 1} on line 1: unexpected '"'`);
    }
    const [, key] = match;
    if (pairs.some(([known]) => known === key)) {
      throw new RequestError(400, `invalid tags: tag ${key} has been set twice`);
    }
    const value = match[2] ?? '';
    pairs.push([key, value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value]);
    at = pair.lastIndex;
  }
  return pairs;
}

/** Whether any span of the trace carries the tag with the wanted text in it, in lower case. */
function hasTag(view: TraceView, key: string, wanted: string): boolean {
  const contains = (text: string): boolean => text.toLowerCase().includes(wanted);
  const root = view.rootSpan();
  switch (key) {
    case 'name':
      return view.spans.some((span) => contains(span.name));
    case 'root.name':
      return root !== null && contains(root.name);
    case 'root.service.name':
      return root !== null && contains(serviceOf(root));
    case 'status.code':
      return view.spans.some((span) => STATUS_WORDS[span.statusCode] === wanted);
    case 'error':
      return view.spans.some((span) => (span.statusCode === 2) === (wanted !== 'false'));
    default:
      return view.spans.some((span) =>
        attributeLists(span).some(
          ({ scope, attributes }) =>
            (scope === 'span' || scope === 'resource') &&
            attributes.some((attribute) => attribute.key === key && contains(textOf(attribute.value))),
        ),
      );
  }
}

const textOf = (value: AttributeValue): string => staticText(staticOf(value));
