import { clsx } from 'clsx';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { FieldError } from './FieldError';

const BOX =
  'w-full rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3 aria-invalid:border-bad';

interface FieldText {
  label: string;
  /** What is wrong with it, in a sentence. */
  error?: string | undefined;
}

function Labelled({ id, label, error, children }: FieldText & { id: string; children: ReactNode }) {
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-small text-t2">
        {label}
      </label>
      {children}
      {error === undefined ? null : <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}

const describe = (id: string, error: string | undefined) =>
  error === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}-error` };

/** A line of input with its label. */
export function Input({ label, error, className, ...rest }: FieldText & ComponentProps<'input'>) {
  const id = useId();
  return (
    <Labelled id={id} label={label} error={error}>
      <input id={id} {...rest} {...describe(id, error)} className={clsx(BOX, 'h-7', className)} />
    </Labelled>
  );
}

/** Several lines of input with their label. */
export function TextArea({ label, error, className, ...rest }: FieldText & ComponentProps<'textarea'>) {
  const id = useId();
  return (
    <Labelled id={id} label={label} error={error}>
      <textarea id={id} {...rest} {...describe(id, error)} className={clsx(BOX, 'py-1.5', className)} />
    </Labelled>
  );
}

/** One of a few from the browser's own list. */
export function Select({
  label,
  error,
  choices,
  className,
  ...rest
}: FieldText & ComponentProps<'select'> & { choices: readonly { value: string; name: string }[] }) {
  const id = useId();
  return (
    <Labelled id={id} label={label} error={error}>
      <select id={id} {...rest} {...describe(id, error)} className={clsx(BOX, 'h-7', className)}>
        {choices.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** Yes or no, with its words beside it. */
export function Checkbox({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label className="flex items-center gap-2 text-small text-t2">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} /> {label}
    </label>
  );
}
