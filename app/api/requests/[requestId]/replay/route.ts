import { ReplayParams } from '@/lib/contracts/request-story';
import { replayRequest } from '@/lib/server/requests/replay';
import { route } from '@/lib/server/route';

/** Sends the logged inputs of a request to its model once more, where the configuration names an endpoint. */
export const POST = route('requests:replay', ReplayParams, ({ requestId, atMs }, { signal, nowMs, identity }) =>
  replayRequest({ requestId, atMs: atMs ?? null, nowMs, identity }, signal),
);
