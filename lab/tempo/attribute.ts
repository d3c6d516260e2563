import type { Attribute, Span } from '../stores';
import type { AttributeRef, Intrinsic, Scope } from './ast';
import type { Static } from './static';
import { KIND_WORDS, NIL, STATUS_WORDS, staticOf } from './static';
import type { TraceView } from './trace-view';
import { attributeOf, serviceOf } from './trace-view';

/** Reads one attribute of span number `index`; nil where the span has none. */
export type Read = (view: TraceView, index: number) => Static;

const STATUSES: readonly Static[] = STATUS_WORDS.map((value) => ({ type: 'status', value }));
const KINDS: readonly Static[] = KIND_WORDS.map((value) => ({ type: 'kind', value }));
const text = (value: string): Static => ({ type: 'string', value });
const stripZeros = (id: string): string => id.replace(/^0+(?=.)/, '');

/** A reader of the attribute, made once per query. */
export function compileAttribute(ref: AttributeRef): Read {
  if (ref.node === 'intrinsic') return compileIntrinsic(ref.intrinsic);
  const { name } = ref;
  const read = readScope(ref.scope);
  if (!ref.parent) return (view, index) => spanAt(view, index, read);
  return (view, index) => {
    const parent = view.parents()[index] ?? -1;
    return parent < 0 ? NIL : spanAt(view, parent, read);
  };

  function readScope(scope: Scope): (span: Span) => Static {
    switch (scope) {
      case 'span':
        return (span) => staticOf(attributeOf(span.attributes, name));
      case 'resource':
        return (span) => staticOf(attributeOf(span.resource, name));
      case 'event':
        return (span) => several(span.events.map((event) => staticOf(attributeOf(event.attributes, name))));
      case 'link':
        return (span) => several(span.links.map((link) => staticOf(attributeOf(link.attributes, name))));
      case 'instrumentation':
        // The store keeps a scope's name and version only, which are intrinsics.
        return () => NIL;
      default:
        return (span) => staticOf(attributeOf(span.attributes, name) ?? attributeOf(span.resource, name));
    }
  }
}

const spanAt = (view: TraceView, index: number, read: (span: Span) => Static): Static => {
  const span = view.spans[index];
  return span === undefined ? NIL : read(span);
};

/** The values of a span's events or links: none is nil, one stands for itself, several are tried one by one. */
function several(values: readonly Static[]): Static {
  const present = values.filter((value) => value.type !== 'nil');
  return present.length > 1 ? { type: 'array', value: present } : (present[0] ?? NIL);
}

function compileIntrinsic(intrinsic: Intrinsic): Read {
  const ofSpan =
    (read: (span: Span) => Static): Read =>
    (view, index) =>
      spanAt(view, index, read);
  switch (intrinsic) {
    case 'name':
      return ofSpan((span) => text(span.name));
    case 'status':
      return ofSpan((span) => STATUSES[span.statusCode] ?? NIL);
    case 'statusMessage':
      return ofSpan((span) => text(span.statusMessage));
    case 'kind':
      return ofSpan((span) => KINDS[span.kind] ?? NIL);
    case 'duration':
      return ofSpan((span) => ({ type: 'duration', value: Number(span.endNs - span.startNs) }));
    case 'childCount':
      return (view, index) => ({ type: 'int', value: view.childCounts()[index] ?? 0 });
    case 'parent':
    case 'span:parentID':
      return ofSpan((span) => (span.parentSpanId === '' ? NIL : text(span.parentSpanId)));
    case 'rootName':
      return (view) => text(view.rootSpan()?.name ?? '');
    case 'rootServiceName':
      return (view) => {
        const root = view.rootSpan();
        return text(root === null ? '' : serviceOf(root));
      };
    case 'traceDuration':
      return (view) => ({ type: 'duration', value: Number(view.durationNs()) });
    case 'nestedSetParent':
      return (view, index) => ({ type: 'int', value: view.nestedSets().parent[index] ?? 0 });
    case 'nestedSetLeft':
      return (view, index) => ({ type: 'int', value: view.nestedSets().left[index] ?? 0 });
    case 'nestedSetRight':
      return (view, index) => ({ type: 'int', value: view.nestedSets().right[index] ?? 0 });
    case 'span:id':
      return ofSpan((span) => text(span.spanId));
    case 'trace:id':
      // The server compares ids without their leading zeros.
      return (view) => text(stripZeros(view.traceId));
    case 'event:name':
      return ofSpan((span) => several(span.events.map((event) => text(event.name))));
    case 'event:timeSinceStart':
      return ofSpan((span) =>
        several(span.events.map((event) => ({ type: 'duration', value: Number(event.timeNs - span.startNs) }))),
      );
    case 'link:traceID':
      return ofSpan((span) => several(span.links.map((link) => text(link.traceId))));
    case 'link:spanID':
      return ofSpan((span) => several(span.links.map((link) => text(link.spanId))));
    case 'instrumentation:name':
      return ofSpan((span) => text(span.scope.name));
    case 'instrumentation:version':
      return ofSpan((span) => text(span.scope.version));
  }
}

/** Where an attribute of this reference is held on a span, for listing its values. */
export function attributeLists(span: Span): { scope: string; attributes: readonly Attribute[] }[] {
  return [
    { scope: 'resource', attributes: span.resource },
    { scope: 'span', attributes: span.attributes },
    ...span.events.map((event) => ({ scope: 'event', attributes: event.attributes })),
    ...span.links.map((link) => ({ scope: 'link', attributes: link.attributes })),
  ];
}
