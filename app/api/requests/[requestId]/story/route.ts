import { RequestStoryParams } from '@/lib/contracts/request-story';
import { eventStream } from '@/lib/server/logs/event-stream';
import { tellStory } from '@/lib/server/requests/tell';
import { route } from '@/lib/server/route';

/** The story of a request as server-sent events of `StoryEvent`; when the reader leaves, sources are left too. */
export const GET = route('telemetry:read', RequestStoryParams, (params, { signal, nowMs }) =>
  eventStream(signal, (emit, left) => tellStory(params, nowMs, emit, left)),
);
