/** Runs once in each server process, before its first request. */
export async function register(): Promise<void> {
  const { start } = await import('@/lib/server/start');
  await start();
}
