import { type MutationOptions, QueryClient } from '@tanstack/react-query';
import { afterEach, expect, it, vi } from 'vitest';
import { removeBaseline, uploadBaseline } from '@/lib/queries/drift';

afterEach(() => vi.unstubAllGlobals());

/** Keys that are asked again after a write, of these. */
async function staleAfter<V, R, E>(
  options: (client: QueryClient) => MutationOptions<R, E, V>,
  variables: V,
  keys: readonly string[],
): Promise<string[]> {
  vi.stubGlobal('fetch', async () => Response.json({}));
  const client = new QueryClient();
  for (const key of keys) client.setQueryData([key, {}], {});
  await client.getMutationCache().build(client, options(client)).execute(variables);
  const stale = keys.filter((key) => client.getQueryState([key, {}])?.isInvalidated === true);
  client.clear();
  return stale;
}

it('asks again for all that was judged against a reference, whether one comes or goes', async () => {
  const judged = ['drift', 'drift/baselines', 'drift/heat', 'drift/feature', 'drift/output', 'drift/consequences'];
  const keys = [...judged, 'drift/rules', 'drift/arms', 'quality'];
  expect(await staleAfter(removeBaseline, { id: 'b1' }, keys)).toEqual(judged);
  const upload = { id: 'b2', model: 'fraud', version: 'v1', file: new Blob(['{}']) };
  expect(await staleAfter(uploadBaseline, upload, keys)).toEqual(judged);
});
