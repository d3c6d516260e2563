import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GET } from '@/app/api/requests/[requestId]/story/route';
import { StoryEvent } from '@/lib/contracts/request-story';

/** Points the console at these addresses; undefined leaves a source out. Returns what undoes it. */
export function configure(sources: Readonly<Record<string, string | undefined>>, more = ''): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'windsock-requests-'));
  const blocks = Object.entries(sources).flatMap(([kind, url]) =>
    url === undefined ? [] : [`  ${kind}: { url: "${url}", timeout: 1500ms }`],
  );
  const file = join(directory, 'windsock.yaml');
  writeFileSync(file, `sources:\n${blocks.join('\n')}\n${more}`);
  const before = process.env.WINDSOCK_CONFIG;
  process.env.WINDSOCK_CONFIG = file;
  return () => {
    if (before === undefined) delete process.env.WINDSOCK_CONFIG;
    else process.env.WINDSOCK_CONFIG = before;
    rmSync(directory, { recursive: true, force: true });
  };
}

export const storyResponse = (id: string, query = '', signal?: AbortSignal): Promise<Response> =>
  GET(
    new Request(
      `http://localhost/api/requests/${encodeURIComponent(id)}/story?${query}`,
      signal === undefined ? {} : { signal },
    ),
    { params: Promise.resolve({ requestId: id }) },
  );

/** Every event of a story, each held to its contract. */
export async function storyOf(id: string, query = ''): Promise<StoryEvent[]> {
  const text = await (await storyResponse(id, query)).text();
  return text
    .split('\n\n')
    .flatMap((block) =>
      block.startsWith('data: ') ? [StoryEvent.parse(JSON.parse(block.slice('data: '.length)))] : [],
    );
}

/** The last event of a type; fails where there is none. */
export function lastOf<T extends StoryEvent['type']>(
  events: readonly StoryEvent[],
  type: T,
): Extract<StoryEvent, { type: T }> {
  const found = events.findLast((event): event is Extract<StoryEvent, { type: T }> => event.type === type);
  if (found === undefined) throw new Error(`no ${type} among ${events.map((event) => event.type).join(', ')}`);
  return found;
}

/** How each step ended. */
export const endedSteps = (events: readonly StoryEvent[]) =>
  events.flatMap((event) => (event.type === 'step' && event.step.state !== 'asking' ? [event.step] : []));

export const answerText = (events: readonly StoryEvent[]): string =>
  lastOf(events, 'answer')
    .answer.map(({ parts }) => parts.map(({ text }) => text).join(''))
    .join('\n')
    .replaceAll('\u202f', ' ');
