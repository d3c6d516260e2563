import { AppError } from '@/lib/server/errors';

/** What a promise is refused with, which must be a sentence for a person. */
export async function errorOf(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (reason) => reason,
  );
  if (!(error instanceof AppError)) throw error;
  return error;
}
