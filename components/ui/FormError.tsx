import { toApiError } from '@/lib/queries/api';

export interface FormErrorProps {
  error: Error | null;
  /** A sentence before the server's, on what was done nevertheless. */
  before?: string | undefined;
}

/** What went wrong with a form that was sent, in the server's words; nothing while nothing did. */
export function FormError({ error, before }: FormErrorProps) {
  if (error === null) return null;
  return (
    <p role="alert" className="text-bad text-small">
      {before === undefined ? '' : `${before} `}
      {toApiError(error).message}
    </p>
  );
}
