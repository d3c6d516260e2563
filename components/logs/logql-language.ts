import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { LanguageSupport, LRLanguage, syntaxTree } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { parser } from '@grafana/lezer-logql';
import { styleTags, tags } from '@lezer/highlight';

/** What completion asks for: names and values as Loki has them. */
export interface LogqlNames {
  labels: () => Promise<readonly string[]>;
  fields: () => Promise<readonly { name: string; cardinality: number }[]>;
  values: (label: string) => Promise<readonly string[]>;
}

const highlighted = parser.configure({
  props: [
    styleTags({
      LineComment: tags.comment,
      String: tags.string,
      'Number Duration Bytes': tags.number,
      Identifier: tags.labelName,
      'Json Logfmt Unpack Pattern Regexp Unwrap LabelFormat LineFormat Decolorize Drop Keep': tags.keyword,
      'By Without And Or Unless On Ignoring Bool Offset': tags.operatorKeyword,
      'RangeOp VectorOp Sum Avg Count Max Min Topk Bottomk CountOverTime Rate': tags.function(tags.variableName),
      'PipeExact PipeMatch PipePattern Npa Eq Neq Re Nre Gtr Gte Lss Lte Eql Pipe': tags.operator,
    }),
  ],
});

const STAGES: readonly Completion[] = [
  { label: 'json', detail: 'fields of JSON lines' },
  { label: 'logfmt', detail: 'fields of key=value lines' },
  { label: 'pattern', detail: 'fields by a pattern', apply: 'pattern "<_> "' },
  { label: 'regexp', detail: 'fields by a regex', apply: 'regexp "(?P<name>.*)"' },
  { label: 'line_format', detail: 'another text for the line', apply: 'line_format "{{.}}"' },
  { label: 'label_format', detail: 'another name for a field' },
  { label: 'decolorize', detail: 'without terminal colours' },
  { label: 'drop', detail: 'without a field' },
  { label: 'keep', detail: 'with these fields only' },
];

/** Whether the place is inside the braces of the stream selector, by the grammar where it is whole, else by the text. */
const isInSelector = (before: string): boolean => {
  const bare = before.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""');
  return bare.lastIndexOf('{') > bare.lastIndexOf('}');
};

/** A Go string literal's inside: what would end it is escaped. */
const inLiteral = (value: string): string => JSON.stringify(value).slice(1, -1);

async function complete(context: CompletionContext, names: LogqlNames): Promise<CompletionResult | null> {
  const before = context.state.sliceDoc(0, context.pos);
  if (/(^|\n)[^"`\n]*#[^\n]*$/.test(before)) return null;
  const value = /([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)$/.exec(before);
  if (value !== null) {
    const options = (await names.values(value[1] ?? '')).map((label) => ({ label, apply: inLiteral(label) }));
    return { from: context.pos - (value[2]?.length ?? 0), options, validFor: /^[^"]*$/ };
  }
  // Within any other literal there is nothing to complete.
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  if (node.name === 'String') return null;
  const word = context.matchBefore(/[a-zA-Z_]\w*/);
  const from = word?.from ?? context.pos;
  if (isInSelector(before)) {
    if (word === null && !context.explicit && !/[{,]\s*$/.test(before)) return null;
    const options = (await names.labels()).map((label) => ({ label, detail: 'label', apply: `${label}="` }));
    return { from, options, validFor: /^\w*$/ };
  }
  if (!/\|\s*\w*$/.test(before) && !/\b(?:and|or|by\s*\(|,)\s*\w*$/.test(before)) return null;
  if (word === null && !context.explicit && !/\|\s$/.test(before)) return null;
  const fields = (await names.fields()).map(({ name, cardinality }) => ({
    label: name,
    detail: `field, ${cardinality} ${cardinality === 1 ? 'value' : 'values'} in a sample`,
    apply: `${name}="`,
  }));
  return { from, options: /\|\s*\w*$/.test(before) ? [...STAGES, ...fields] : fields, validFor: /^\w*$/ };
}

/** LogQL for the query editor: Grafana's own grammar, completion from what this Loki holds. */
export function logqlLanguage(names: LogqlNames): Extension {
  const language = LRLanguage.define({
    name: 'logql',
    parser: highlighted,
    languageData: { commentTokens: { line: '#' }, closeBrackets: { brackets: ['(', '[', '{', '"', '`'] } },
  });
  return new LanguageSupport(language, [
    language.data.of({ autocomplete: (context: CompletionContext) => complete(context, names) }),
  ]);
}
