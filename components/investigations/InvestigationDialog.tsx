'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { useView } from '@/components/shell/use-view';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { Input, TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useDraft } from '@/components/ui/use-draft';
import { MAX_TITLE_CHARACTERS } from '@/lib/contracts/incident-words';
import type { Investigation } from '@/lib/contracts/investigation';
import { createInvestigation, editInvestigation } from '@/lib/queries/investigations';
import { investigationPath } from './words';

interface Fields {
  title: string;
  question: string;
  model: string;
  tags: string;
}

const toFields = (text: string, otherwise: Fields): Fields => {
  try {
    const kept: Partial<Fields> | null = text === '' ? null : JSON.parse(text);
    return { ...otherwise, ...kept };
  } catch {
    return otherwise;
  }
};

const toStored = ({ title, question, model, tags }: Fields) => ({
  title: title.trim(),
  question: question.trim(),
  model: model.trim() === '' ? null : model.trim(),
  tags: tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== ''),
});

interface FormProps {
  /** Names what is kept by the browser while it is typed. */
  draftKey: string;
  initial: Fields;
  verb: string;
  error: Error | null;
  isSaving: boolean;
  onSubmit: (fields: ReturnType<typeof toStored>, done: () => void) => void;
}

function InvestigationForm({ draftKey, initial, verb, error, isSaving, onSubmit }: FormProps) {
  const { text, write, done } = useDraft(draftKey);
  const fields = toFields(text, initial);
  const put = (patch: Partial<Fields>) => write(JSON.stringify({ ...fields, ...patch }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(toStored(fields), done);
  };
  return (
    <form onSubmit={submit} className="grid gap-3">
      <Input
        label="Title"
        required
        autoFocus
        maxLength={MAX_TITLE_CHARACTERS}
        value={fields.title}
        onChange={(event) => put({ title: event.target.value })}
      />
      <TextArea
        label="Question (may stay empty)"
        rows={3}
        maxLength={2_000}
        placeholder="What is to be found out"
        value={fields.question}
        onChange={(event) => put({ question: event.target.value })}
      />
      <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        <Input
          label="Model (empty: the fleet)"
          value={fields.model}
          onChange={(event) => put({ model: event.target.value })}
        />
        <Input
          label="Tags, with commas between"
          value={fields.tags}
          onChange={(event) => put({ tags: event.target.value })}
        />
      </div>
      <FormError error={error} />
      <Button type="submit" look="primary" disabled={isSaving || fields.title.trim() === ''}>
        {verb}
      </Button>
    </form>
  );
}

/** Begins an investigation and opens it. */
export function NewInvestigationDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const router = useRouter();
  const { view, href } = useView();
  const create = useMutation(createInvestigation(client));
  // Made once: a second press is the same investigation.
  const [id] = useState(() => crypto.randomUUID());
  return (
    <Dialog title="New investigation" description="A notebook of notes and live questions." onClose={onClose}>
      <InvestigationForm
        draftKey="investigation.new"
        initial={{ title: '', question: '', model: view.model ?? '', tags: '' }}
        verb="Begin"
        error={create.error}
        isSaving={create.isPending}
        onSubmit={(fields, done) =>
          create.mutate(
            { id, ...fields },
            {
              onSuccess: ({ number }) => {
                done();
                onClose();
                router.push(href(investigationPath(number)));
              },
            },
          )
        }
      />
    </Dialog>
  );
}

/** Title, question, model and tags of an investigation. */
export function EditInvestigationDialog({
  investigation,
  onClose,
}: {
  investigation: Investigation;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const edit = useMutation(editInvestigation(client));
  const { id, revision, title, question, model, tags } = investigation;
  return (
    <Dialog title="Edit the investigation" onClose={onClose}>
      <InvestigationForm
        draftKey={`investigation.${id}`}
        initial={{ title, question, model: model ?? '', tags: tags.join(', ') }}
        verb="Save"
        error={edit.error}
        isSaving={edit.isPending}
        onSubmit={(fields, done) =>
          edit.mutate(
            { investigationId: id, revision, ...fields },
            {
              onSuccess: () => {
                done();
                announce('Investigation changed');
                onClose();
              },
            },
          )
        }
      />
    </Dialog>
  );
}
