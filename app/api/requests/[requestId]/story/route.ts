import { RequestStoryParams } from '@/lib/contracts/request-story';
import { tellStory } from '@/lib/server/requests/tell';
import { route } from '@/lib/server/route';
import { eventStream } from '@/lib/server/streams/event-stream';

/** The story of a request as server-sent events of `StoryEvent`; when the reader leaves, sources are left too. */
export const GET = route('telemetry:read', RequestStoryParams, (params, { signal, nowMs }) =>
  eventStream(signal, (emit, left) => tellStory(params, nowMs, emit, left)),
);
