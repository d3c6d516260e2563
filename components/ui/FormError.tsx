import { toApiError } from '@/lib/queries/api';
import { FieldError } from './FieldError';

export interface FormErrorProps {
  error: Error | null;
  /** A sentence before the server's, on what was done nevertheless. */
  before?: string | undefined;
}

/** What went wrong with a form that was sent, in the server's words; nothing while nothing did. */
export function FormError({ error, before }: FormErrorProps) {
  if (error === null) return null;
  return (
    <FieldError>
      {before === undefined ? '' : `${before} `}
      {toApiError(error).message}
    </FieldError>
  );
}
