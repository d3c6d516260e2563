import 'server-only';
import type { z } from 'zod';
import type { RequestStoryParams, StoryEvent } from '@/lib/contracts/request-story';
import { AppError } from '../errors';
import { tellStory } from './tell';

/** The story of a request once it is told, in the order in which it became known. Throws what ended it before its end. */
export async function wholeStory(
  params: z.output<typeof RequestStoryParams>,
  nowMs: number,
  signal: AbortSignal,
): Promise<StoryEvent[]> {
  const events: StoryEvent[] = [];
  await tellStory(
    params,
    nowMs,
    async (event) => {
      events.push(event);
    },
    signal,
  );
  signal.throwIfAborted();
  const failed = events.find(({ type }) => type === 'failed');
  if (failed?.type === 'failed') throw new AppError(failed.error.code, failed.error.message);
  return lastOfEach(events);
}

/** A later line of a kind replaces the earlier, as it does on the page. */
function lastOfEach(events: readonly StoryEvent[]): StoryEvent[] {
  const latest = new Map<string, StoryEvent>();
  for (const event of events) latest.set(event.type === 'step' ? `step ${event.step.id}` : event.type, event);
  return [...latest.values()];
}
