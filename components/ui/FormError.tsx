import { toApiError } from '@/lib/queries/api';

/** What went wrong with a form that was sent, in the server's words; nothing while nothing did. */
export function FormError({ error }: { error: Error | null }) {
  if (error === null) return null;
  return (
    <p role="alert" className="text-bad text-small">
      {toApiError(error).message}
    </p>
  );
}
