import { unquote } from '../go/strings';
import { TEMPLATE_FUNCTIONS, type TemplateValue, toText, truthy } from './template-functions';

export interface TemplateContext {
  get(name: string): string | undefined;
  line: string;
  timeNs: bigint;
}

type Operand =
  | { kind: 'value'; value: TemplateValue }
  | { kind: 'field'; name: string }
  | { kind: 'pipeline'; commands: Operand[][] };
type Node =
  | { kind: 'text'; text: string }
  | { kind: 'output'; commands: Operand[][] }
  | { kind: 'if'; branches: { commands: Operand[][]; body: Node[] }[]; otherwise: Node[] };

export type Template = readonly Node[];

const WORD = /\s*("(?:[^"\\]|\\.)*"|`[^`]*`|\(|\)|\||\.[A-Za-z_]\w*|\.(?!\w)|-?\d+(?:\.\d+)?|[A-Za-z_]\w*|\S)/gy;

const fail = (message: string) => new Error(`template: line:1: ${message}`);

class ActionParser {
  private readonly words: string[];
  private at = 0;

  constructor(action: string) {
    this.words = [...action.matchAll(WORD)].map((match) => match[1] ?? '');
  }

  pipeline(): Operand[][] {
    const commands: Operand[][] = [];
    let command: Operand[] = [];
    while (this.at < this.words.length && this.words[this.at] !== ')') {
      const word = this.words[this.at++] ?? '';
      if (word === '|') {
        commands.push(command);
        command = [];
      } else {
        command.push(this.operand(word, command.length === 0));
      }
    }
    commands.push(command);
    if (commands.some((c) => c.length === 0)) throw fail('missing value for command');
    return commands;
  }

  whole(): Operand[][] {
    const commands = this.pipeline();
    if (this.at < this.words.length) throw fail('unexpected right paren');
    return commands;
  }

  private operand(word: string, first: boolean): Operand {
    if (word === '(') {
      const commands = this.pipeline();
      if (this.words[this.at++] !== ')') throw fail('unclosed left paren');
      return { kind: 'pipeline', commands };
    }
    if (word.startsWith('"') || word.startsWith('`')) {
      const value = word.length > 1 ? unquote(word) : null;
      if (value === null) throw fail('invalid syntax');
      return { kind: 'value', value };
    }
    if (word.startsWith('.')) return { kind: 'field', name: word.slice(1) };
    if (/^-?\d/.test(word)) return { kind: 'value', value: Number(word) };
    if (word === 'true' || word === 'false') return { kind: 'value', value: word === 'true' };
    if (Object.hasOwn(CONTEXT_FUNCTIONS, word)) return { kind: 'field', name: word };
    if (!/^[A-Za-z_]/.test(word)) throw fail(`unexpected ${JSON.stringify(word)} in operand`);
    if (!TEMPLATE_FUNCTIONS.has(word)) {
      throw fail(`function ${JSON.stringify(word)} not defined (the lab knows a part of Loki's functions)`);
    }
    return first
      ? { kind: 'value', value: { call: word } }
      : { kind: 'pipeline', commands: [[{ kind: 'value', value: { call: word } }]] };
  }
}

const CONTEXT_FUNCTIONS: Readonly<Record<string, (context: TemplateContext) => TemplateValue>> = {
  __line__: (context) => context.line,
  __timestamp__: (context) => new Date(Number(context.timeNs / 1_000_000n)),
};

/** Parses a Go template as Loki uses them; throws an Error with Go's text, or one that names the lab for what it lacks. */
export function parseTemplate(source: string): Template {
  const root: Node[] = [];
  const open: { node: Extract<Node, { kind: 'if' }>; inElse: boolean }[] = [];
  const body = (): Node[] => {
    const top = open.at(-1);
    if (!top) return root;
    return top.inElse ? top.node.otherwise : (top.node.branches.at(-1)?.body ?? root);
  };
  let at = 0;
  let trimNext = false;
  while (at <= source.length) {
    const start = source.indexOf('{{', at);
    let text = source.slice(at, start < 0 ? source.length : start);
    if (trimNext) text = text.trimStart();
    if (start >= 0 && /^-\s/.test(source.slice(start + 2))) text = text.trimEnd();
    if (text !== '') body().push({ kind: 'text', text });
    if (start < 0) break;
    const match = /^\{\{(-\s)?((?:"(?:[^"\\]|\\.)*"|`[^`]*`|(?!\}\})[\s\S])*?)(\s-)?\}\}/.exec(source.slice(start));
    if (!match) throw fail('unclosed action');
    trimNext = match[3] !== undefined;
    at = start + match[0].length;
    const action = (match[2] ?? '').trim();
    const word = /^(if|else|end|range|with|define|template|block|break|continue)\b/.exec(action)?.[1];
    if (action.startsWith('/*')) continue;
    if (word === 'if') {
      const node: Extract<Node, { kind: 'if' }> = {
        kind: 'if',
        branches: [{ commands: new ActionParser(action.slice(2)).whole(), body: [] }],
        otherwise: [],
      };
      body().push(node);
      open.push({ node, inElse: false });
    } else if (word === 'else') {
      const top = open.at(-1);
      if (!top || top.inElse) throw fail('unexpected {{else}}');
      const condition = /^else\s+if\b(.*)$/s.exec(action)?.[1];
      if (condition === undefined) top.inElse = true;
      else top.node.branches.push({ commands: new ActionParser(condition).whole(), body: [] });
    } else if (word === 'end') {
      if (!open.pop()) throw fail('unexpected {{end}}');
    } else if (word) {
      throw fail(`the lab does not support {{${word}}}`);
    } else {
      body().push({ kind: 'output', commands: new ActionParser(action).whole() });
    }
  }
  if (open.length > 0) throw fail('unexpected EOF');
  return root;
}

function evaluateOperand(operand: Operand, context: TemplateContext): TemplateValue {
  if (operand.kind === 'value') return operand.value;
  if (operand.kind === 'pipeline') return evaluate(operand.commands, context);
  const special = Object.hasOwn(CONTEXT_FUNCTIONS, operand.name) ? CONTEXT_FUNCTIONS[operand.name] : undefined;
  return special ? special(context) : (context.get(operand.name) ?? '');
}

function evaluate(commands: readonly Operand[][], context: TemplateContext): TemplateValue {
  let piped: TemplateValue | undefined;
  for (const command of commands) {
    const values = command.map((operand) => evaluateOperand(operand, context));
    if (piped !== undefined) values.push(piped);
    const [head, ...args] = values;
    if (typeof head === 'object' && !(head instanceof Date) && head !== null && 'call' in head) {
      const run = TEMPLATE_FUNCTIONS.get(head.call);
      if (!run) throw fail(`function ${JSON.stringify(head.call)} not defined`);
      piped = run(args);
    } else {
      piped = head;
    }
  }
  return piped ?? '';
}

/** The text of a template for one line. Throws where a function refuses its arguments. */
export function renderTemplate(template: Template, context: TemplateContext): string {
  let out = '';
  for (const node of template) {
    if (node.kind === 'text') out += node.text;
    else if (node.kind === 'output') out += toText(evaluate(node.commands, context));
    else {
      const branch = node.branches.find(({ commands }) => truthy(evaluate(commands, context)));
      out += renderTemplate(branch ? branch.body : node.otherwise, context);
    }
  }
  return out;
}

/** Labels that a template reads. */
export function templateFields(template: Template): string[] {
  const names: string[] = [];
  const visit = (commands: readonly Operand[][]): void => {
    for (const operand of commands.flat()) {
      if (operand.kind === 'field') names.push(operand.name);
      else if (operand.kind === 'pipeline') visit(operand.commands);
    }
  };
  for (const node of template) {
    if (node.kind === 'output') visit(node.commands);
    if (node.kind !== 'if') continue;
    for (const branch of node.branches) {
      visit(branch.commands);
      names.push(...templateFields(branch.body));
    }
    names.push(...templateFields(node.otherwise));
  }
  return names;
}
