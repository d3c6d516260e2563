'use client';

import { type FormEvent, type ReactNode, useState } from 'react';
import { fromInput } from '@/components/shell/range-text';
import { Button } from './Button';
import { Input } from './Field';
import { FormError } from './FormError';
import { useZone } from './preference';
import { useDraft } from './use-draft';

/** Something to do: a task of an incident, an action of a postmortem. */
export interface Todo {
  id: string;
  text: string;
  state: 'open' | 'done' | 'dropped';
  revision: number;
}

/** Things to do, each with a box that says it is done, and opens it again. */
export function TodoList<T extends Todo>({
  todos,
  isBusy,
  error,
  onToggle,
  about,
}: {
  todos: readonly T[];
  isBusy: boolean;
  error: Error | null;
  onToggle: (todo: T, state: 'open' | 'done') => void;
  /** What is said beside and beneath one: owner, date, how it is verified. */
  about: (todo: T) => ReactNode;
}) {
  return (
    <>
      <ul className="grid gap-1.5 text-body">
        {todos.map((todo) => (
          <li key={todo.id} className="flex items-start gap-2">
            <input
              type="checkbox"
              className="mt-0.5 size-4 shrink-0"
              aria-label={`Done: ${todo.text}`}
              checked={todo.state !== 'open'}
              disabled={isBusy}
              onChange={() => onToggle(todo, todo.state === 'open' ? 'done' : 'open')}
            />
            <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              <span className={todo.state === 'open' ? 'text-t1' : 'text-t3 line-through'}>{todo.text}</span>{' '}
              {about(todo)}
            </div>
          </li>
        ))}
      </ul>
      <FormError error={error} />
    </>
  );
}

export interface NewTodo {
  id: string;
  text: string;
  owner: string | null;
  dueAtMs: number | null;
}

/**
 * Adds something to do, with an owner and a day. What is typed outlives a reload; the same id is sent until it is stored.
 * `onAdd` calls `stored` then.
 */
export function NewTodoForm({
  what,
  placeholder,
  draftKey,
  isSending,
  error,
  onAdd,
  children,
}: {
  /** "task", "action". */
  what: string;
  placeholder: string;
  draftKey: string;
  isSending: boolean;
  error: Error | null;
  onAdd: (todo: NewTodo, stored: () => void) => void;
  /** Fields of its own. */
  children?: ReactNode;
}) {
  const { isUtc } = useZone();
  const draft = useDraft(draftKey);
  const [owner, setOwner] = useState('');
  const [due, setDue] = useState('');
  const [id, setId] = useState(() => crypto.randomUUID());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = draft.text.trim();
    if (text === '') return;
    // At noon, so that the day is the same in every zone near the writer's.
    const dueAtMs = due === '' ? null : fromInput(`${due}T12:00`, isUtc);
    onAdd({ id, text, owner: owner.trim() === '' ? null : owner.trim(), dueAtMs }, () => {
      draft.done();
      setOwner('');
      setDue('');
      setId(crypto.randomUUID());
    });
  };
  return (
    <form data-noprint onSubmit={submit} className="mt-3 flex flex-wrap items-end gap-2">
      <div className="min-w-40 flex-[4_1_100%] sm:flex-[4_1_240px]">
        <Input
          label={`New ${what}`}
          maxLength={1_000}
          placeholder={placeholder}
          value={draft.text}
          // Words typed while these are stored would go with them.
          readOnly={isSending}
          onChange={(event) => draft.write(event.target.value)}
        />
      </div>
      {children}
      <div className="w-28 flex-[1_1_112px]">
        <Input label="Owner" value={owner} onChange={(event) => setOwner(event.target.value)} />
      </div>
      <div className="w-36 flex-[1_1_140px]">
        <Input label="Due" type="date" value={due} onChange={(event) => setDue(event.target.value)} />
      </div>
      <Button type="submit" disabled={isSending || draft.text.trim() === ''}>
        Add {what}
      </Button>
      <div className="basis-full empty:hidden">
        <FormError error={error} />
      </div>
    </form>
  );
}
