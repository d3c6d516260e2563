'use client';

import type { FormEvent, KeyboardEvent, ReactNode } from 'react';
import { Button } from '@/components/ui/Button';
import { Input, Select, TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { CELL_KIND_NAME, MAX_CELL_CHARACTERS, MAX_TITLE_CHARACTERS } from '@/lib/contracts/incident-words';
import { type CellDraft, gapOf } from './cell-draft';
import { RangeField } from './RangeField';

export interface CellFormProps {
  draft: CellDraft;
  onChange: (draft: CellDraft) => void;
  onSubmit: () => void;
  onDiscard: () => void;
  error: Error | null;
  isSaving: boolean;
  /** What saving is called: "Add", "Save". */
  verb: string;
  /** Id of the list of models to choose from. */
  modelsId: string;
}

const LANGUAGE = {
  metric: { label: 'PromQL', hint: 'sum by (model_version) (rate(inference_requests_total[5m]))' },
  logs: { label: 'LogQL', hint: '{service_name="inference-api"} | json | level="error"' },
  traces: { label: 'TraceQL', hint: '{ status = error && duration > 300ms }' },
} as const;

const AGAINST = [
  { value: '', name: 'the first reference there is' },
  { value: 'upload', name: 'an uploaded baseline' },
  { value: 'training', name: 'the training baseline' },
  { value: 'earlier', name: 'itself, earlier' },
  { value: 'version', name: 'another version' },
] as const;

/** What a cell holds, for writing. What is typed is kept with each keystroke by whoever shows the form. */
export function CellForm(props: CellFormProps) {
  const { draft, onChange, onSubmit, onDiscard, error, isSaving, verb } = props;
  const gap = gapOf(draft);
  const canSave = gap === null && !isSaving;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (canSave) onSubmit();
  };
  const keys = (event: KeyboardEvent) => {
    const isSave = (event.key === 's' || event.key === 'Enter') && (event.metaKey || event.ctrlKey);
    if (!isSave) return;
    event.preventDefault();
    if (canSave) onSubmit();
  };
  const isNote = draft.kind === 'note';
  return (
    <form onSubmit={submit} onKeyDown={keys} className="grid gap-2" aria-label={`${CELL_KIND_NAME[draft.kind]} cell`}>
      {isNote ? <NoteField {...props} /> : null}
      {draft.kind === 'metric' || draft.kind === 'logs' || draft.kind === 'traces' ? (
        <QueryField {...props} kind={draft.kind} />
      ) : null}
      {draft.kind === 'comparison' || draft.kind === 'drift' ? <SubjectFields {...props} /> : null}
      <Fields>
        {isNote ? null : (
          <RangeField
            range={draft.range}
            onChange={(range) => onChange({ ...draft, range })}
            {...(draft.kind === 'comparison' ? { without: 'Since the challenger’s first traffic' } : {})}
          />
        )}
        <Input
          label="Title (may stay empty)"
          maxLength={MAX_TITLE_CHARACTERS}
          value={draft.title}
          onChange={(event) => onChange({ ...draft, title: event.target.value })}
        />
      </Fields>
      <FormError error={error} />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="primary" disabled={!canSave}>
          {verb}
        </Button>
        <Button look="quiet" onClick={onDiscard}>
          Discard
        </Button>
        <span className="text-small text-t3">
          {gap ?? (isNote ? 'Markdown. ' : '')}
          {gap === null ? 'Ctrl and Enter saves. ' : ' '}Kept in this browser as you type.
        </span>
      </div>
    </form>
  );
}

const Fields = ({ children }: { children: ReactNode }) => (
  <div className="grid grid-cols-[repeat(auto-fit,minmax(180px,1fr))] gap-2">{children}</div>
);

const rowsOf = (text: string, least: number): number => Math.min(24, Math.max(least, text.split('\n').length + 1));

function NoteField({ draft, onChange }: CellFormProps) {
  return (
    <TextArea
      label="Note"
      autoFocus
      rows={rowsOf(draft.text, 5)}
      maxLength={MAX_CELL_CHARACTERS}
      className="font-mono"
      value={draft.text}
      onChange={(event) => onChange({ ...draft, text: event.target.value })}
    />
  );
}

function QueryField({ draft, onChange, kind }: CellFormProps & { kind: keyof typeof LANGUAGE }) {
  const { label, hint } = LANGUAGE[kind];
  return (
    <TextArea
      label={label}
      autoFocus
      spellCheck={false}
      autoCapitalize="off"
      rows={rowsOf(draft.text, 2)}
      maxLength={kind === 'logs' ? 5_000 : 16_000}
      placeholder={hint}
      className="font-mono"
      value={draft.text}
      onChange={(event) => onChange({ ...draft, text: event.target.value })}
    />
  );
}

function SubjectFields({ draft, onChange, modelsId }: CellFormProps) {
  const { params, kind } = draft;
  const put = (name: string, value: string) => onChange({ ...draft, params: { ...params, [name]: value.trim() } });
  const field = (name: string, label: string) => (
    <Input label={label} value={params[name] ?? ''} onChange={(event) => put(name, event.target.value)} />
  );
  return (
    <Fields>
      <Input
        label="Model"
        autoFocus
        required
        list={modelsId}
        value={params.model ?? ''}
        onChange={(event) => put('model', event.target.value)}
      />
      {kind === 'comparison' ? (
        <>
          {field('champion', 'Champion (empty: by role)')}
          {field('challenger', 'Challenger (empty: by role)')}
        </>
      ) : (
        <>
          {field('version', 'Version (empty: the champion)')}
          <Select
            label="Against"
            choices={AGAINST}
            value={params.against ?? ''}
            onChange={(event) => put('against', event.target.value)}
          />
          {params.against === 'version' ? field('againstVersion', 'Which version') : null}
        </>
      )}
    </Fields>
  );
}
