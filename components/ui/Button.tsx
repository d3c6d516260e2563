import { clsx } from 'clsx';
import type { ComponentProps } from 'react';

const LOOK = {
  plain: 'border border-line bg-panel text-t1 hover:bg-raised',
  quiet: 'text-t2 hover:bg-raised hover:text-t1',
  primary: 'border border-accent bg-accent text-bg hover:opacity-90',
  danger: 'border border-bad text-bad hover:bg-raised',
} as const;

export interface ButtonProps extends ComponentProps<'button'> {
  look?: keyof typeof LOOK;
}

/** A button; its text is a verb. */
export function Button({ look = 'plain', className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={clsx(
        'inline-flex h-7 items-center gap-1.5 whitespace-nowrap rounded-panel px-2.5 text-small transition-colors',
        'disabled:cursor-not-allowed disabled:opacity-50',
        LOOK[look],
        className,
      )}
    />
  );
}

/** A button of an icon alone: `label` is its name, shown on hover too. */
export function IconButton({ label, className, ...rest }: { label: string } & Omit<ButtonProps, 'aria-label'>) {
  return (
    <Button
      look="quiet"
      {...rest}
      aria-label={label}
      title={label}
      className={clsx('w-7 justify-center px-0!', className)}
    />
  );
}
