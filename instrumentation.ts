/** Runs once in each server process, before its first request. */
export async function register(): Promise<void> {
  // Next.js compiles this file for its edge runtime too, and leaves out there what stands behind this very comparison.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { start } = await import('@/lib/server/start');
    await start();
  }
}
