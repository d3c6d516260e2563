import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { LanguageSupport, LRLanguage, syntaxTree } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { parser } from '@grafana/lezer-traceql';
import { styleTags, tags } from '@lezer/highlight';

/** What completion asks for: fields and their values as Tempo has them. */
export interface TraceqlNames {
  fields: () => Promise<readonly string[]>;
  values: (field: string) => Promise<readonly { type: string; value: string }[]>;
}

const highlighted = parser.configure({
  props: [
    styleTags({
      'LineComment BlockComment': tags.comment,
      String: tags.string,
      'Integer Float Duration': tags.number,
      'IntrinsicField Identifier': tags.labelName,
      'Span Resource Event Link Instrumentation Parent': tags.keyword,
      'Aggregate MetricsOperationBasicType MetricsOverTimeType': tags.function(tags.variableName),
      'With HintIdentifier': tags.keyword,
      'FieldOp ComparisonOp ScalarOp And Or Pipe Gt Lt Desc Anc': tags.operator,
    }),
  ],
});

const INTRINSICS: readonly Completion[] = [
  { label: 'name', detail: 'of the span' },
  { label: 'status', detail: 'ok, error or unset' },
  { label: 'statusMessage', detail: 'of the span' },
  { label: 'kind', detail: 'server, client, …' },
  { label: 'duration', detail: 'of the span' },
  { label: 'traceDuration', detail: 'first start to last end' },
  { label: 'rootName', detail: 'of the root span' },
  { label: 'rootServiceName', detail: 'of the root span' },
];

const STAGES: readonly Completion[] = [
  { label: 'count()', detail: 'matching spans', apply: 'count() > ' },
  { label: 'avg(duration)', detail: 'mean of matching spans', apply: 'avg(duration) > ' },
  { label: 'max(duration)', detail: 'longest matching span', apply: 'max(duration) > ' },
  { label: 'by', detail: 'group matching spans', apply: 'by(' },
  { label: 'select', detail: 'columns of matching spans', apply: 'select(' },
  { label: 'coalesce()', detail: 'undo grouping' },
];

const WORDS: Readonly<Record<string, readonly string[]>> = {
  status: ['error', 'ok', 'unset'],
  kind: ['server', 'client', 'internal', 'producer', 'consumer', 'unspecified'],
};

const FIELD =
  /((?:(?:span|resource|event|link|instrumentation)?\.(?:"(?:[^"\\]|\\.)*"|[\w.\-/]+)|[a-zA-Z]+(?::[a-zA-Z]+)?))/;
const IN_VALUE = new RegExp(`${FIELD.source}\\s*(?:=~|!~|!=|>=|<=|=|>|<)\\s*("(?:[^"\\\\]|\\\\.)*|[\\w.\\-]*)$`);

/** A value as TraceQL writes it; only text stands in quotes. */
const written = (type: string, value: string): string => (type === 'string' ? JSON.stringify(value) : value);

const isInSpanset = (before: string): boolean => {
  const bare = before.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""');
  return bare.lastIndexOf('{') > bare.lastIndexOf('}');
};

/** What may stand at the cursor: values after a comparison, fields in a spanset, stages after a pipe. */
async function completeTraceql(
  context: Pick<CompletionContext, 'state' | 'pos' | 'explicit'>,
  names: TraceqlNames,
): Promise<CompletionResult | null> {
  const before = context.state.sliceDoc(0, context.pos);
  if (/\/\/[^\n]*$/.test(before)) return null;
  const value = IN_VALUE.exec(before);
  if (value !== null && isInSpanset(before)) {
    const [, field = '', typed = ''] = value;
    const from = context.pos - typed.length;
    const words = WORDS[field.replace(/^span:/, '')];
    if (words !== undefined) return { from, options: words.map((label) => ({ label })), validFor: /^\w*$/ };
    const found = await names.values(field);
    // The bracket closer may already have written the closing quote.
    const closes = context.state.sliceDoc(context.pos, context.pos + 1) === '"' && typed.startsWith('"');
    const options = found.map(({ type, value: label }) => {
      const text = written(type, label);
      return { label: text, apply: closes ? text.slice(0, -1) : text };
    });
    return { from, options, validFor: /^"?[^"]*$/ };
  }
  if (syntaxTree(context.state).resolveInner(context.pos, -1).name === 'String') return null;
  const word = /[\w.\-/:]*$/.exec(before)?.[0] ?? '';
  const from = context.pos - word.length;
  if (isInSpanset(before)) {
    if (word === '' && !context.explicit && !/[{&|(!]\s*$/.test(before)) return null;
    const fields = (await names.fields()).map((label): Completion => ({ label, detail: 'attribute' }));
    const intrinsics = new Set(INTRINSICS.map(({ label }) => label));
    return {
      from,
      options: [...fields.filter(({ label }) => !intrinsics.has(label)), ...INTRINSICS],
      validFor: /^[\w.\-/:"]*$/,
    };
  }
  if (/\|\s*\w*$/.test(before)) return { from, options: [...STAGES], validFor: /^\w*$/ };
  return null;
}

/** TraceQL for the query editor: Grafana's own grammar, completion from what this Tempo holds. */
export function traceqlLanguage(names: TraceqlNames): Extension {
  const language = LRLanguage.define({
    name: 'traceql',
    parser: highlighted,
    languageData: {
      commentTokens: { line: '//', block: { open: '/*', close: '*/' } },
      closeBrackets: { brackets: ['(', '{', '"', '`'] },
    },
  });
  return new LanguageSupport(language, [
    language.data.of({ autocomplete: (context: CompletionContext) => completeTraceql(context, names) }),
  ]);
}
