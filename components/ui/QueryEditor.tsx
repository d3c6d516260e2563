'use client';

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, type Extension, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

/** Where a source found the query at fault: 1-based, as it reported. */
export interface QueryFault {
  line: number;
  column: number;
  message: string;
}

export interface QueryEditorProps {
  /** Name of the field for screen readers: "LogQL query". */
  label: string;
  value: string;
  /**
   * Grammar and completion of a query language, made once: a `LanguageSupport` whose language data holds an
   * `autocomplete` source.
   */
  language: Extension;
  onChange: (value: string) => void;
  /** Enter. Shift and Enter begin a new line. */
  onRun: () => void;
  fault: QueryFault | null;
  hint?: string;
}

const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--text-3)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--series-3)' },
  { tag: [tags.number, tags.literal, tags.unit], color: 'var(--series-4)' },
  { tag: [tags.keyword, tags.operatorKeyword, tags.function(tags.variableName)], color: 'var(--series-6)' },
  { tag: [tags.labelName, tags.propertyName], color: 'var(--series-1)' },
  { tag: tags.operator, color: 'var(--text-2)' },
]);

const LOOK = EditorView.theme({
  '&': {
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--border)',
    borderRadius: '6px',
    fontSize: '12px',
    maxHeight: '160px',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono, "Geist Mono", monospace)', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { padding: '3px 0', caretColor: 'var(--text-1)', color: 'var(--text-1)' },
  '.cm-line': { padding: '0 8px' },
  '.cm-cursor': { borderLeftColor: 'var(--text-1)' },
  '.cm-placeholder': { color: 'var(--text-3)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklch, var(--accent) 35%, transparent) !important',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'transparent',
    outline: '1px solid var(--text-3)',
  },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad)',
    textUnderlineOffset: '3px',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--panel)',
    border: '1px solid var(--border)',
    borderRadius: '6px',
    color: 'var(--text-1)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'inherit', fontSize: '12px', maxHeight: '220px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--raised)', color: 'var(--text-1)' },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
});

/** The place of a fault in a text; the whole last character where the source points behind the end. */
function diagnosticOf(state: EditorState, { line, column, message }: QueryFault): Diagnostic {
  const at = state.doc.line(Math.min(Math.max(1, line), state.doc.lines));
  const start = Math.min(at.from + Math.max(0, column - 1), at.to);
  const word = /^(?:[\w.]+|\S)/.exec(state.sliceDoc(start, at.to))?.[0] ?? '';
  const from = word === '' ? Math.max(at.from, start - 1) : start;
  return { from, to: Math.min(at.to, Math.max(from + 1, from + word.length)), severity: 'error', message };
}

/** A query in its own language: highlighted, completed, its fault underlined. Load it with `next/dynamic`: it is large. */
export function QueryEditor({ label, value, language, onChange, onRun, fault, hint = '' }: QueryEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const languages = useRef(new Compartment());
  const latest = useRef({ value, onChange, onRun, language });
  useEffect(() => {
    latest.current = { value, onChange, onRun, language };
  });

  // CodeMirror: an editor for as long as the element is on the page.
  useEffect(() => {
    if (host.current === null) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          Prec.high(keymap.of([{ key: 'Enter', run: () => run(latest.current.onRun) }])),
          Prec.highest(keymap.of(completionKeymap)),
          keymap.of([...closeBracketsKeymap, ...historyKeymap, ...defaultKeymap]),
          history(),
          closeBrackets(),
          bracketMatching(),
          autocompletion({ icons: false }),
          syntaxHighlighting(HIGHLIGHT),
          languages.current.of(latest.current.language),
          placeholder(hint),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, 'aria-multiline': 'true' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
          LOOK,
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [label, hint]);

  // CodeMirror: a text that changed elsewhere (an opened link, a filter by click).
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({ effects: languages.current.reconfigure(language) });
  }, [language]);

  // CodeMirror: the fault the source reported, as an underline with its words.
  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    editor.dispatch(setDiagnostics(editor.state, fault === null ? [] : [diagnosticOf(editor.state, fault)]));
  }, [fault]);

  return <div ref={host} className="min-w-0" />;
}

function run(action: () => void): true {
  action();
  return true;
}
