import { infiniteQueryOptions, mutationOptions, type QueryClient } from '@tanstack/react-query';
import type {
  CellEdit,
  CellMove,
  Investigation,
  InvestigationAttachment,
  InvestigationEdit,
  InvestigationList,
  InvestigationsAsked,
  NewCellAsked,
  NewInvestigationAsked,
} from '@/lib/contracts/investigation';
import { type ApiError, apiAddress, apiAsk, apiQuery, apiSend, shouldRetry } from './api';

const at = (investigationId: string, rest = ''): string =>
  `investigations/${encodeURIComponent(investigationId)}${rest}`;

const write = <I>(client: QueryClient, send: (input: I) => Promise<Investigation>) =>
  mutationOptions<Investigation, ApiError, I>({
    mutationFn: send,
    onSuccess: (answer) => {
      // At once on the page, whichever of its two names the page knows it by.
      for (const key of [answer.id, String(answer.number)])
        client.setQueryData(investigationQuery(key).queryKey, answer);
      return client.invalidateQueries({
        predicate: ({ queryKey }) => /^(investigations|incidents)\b/.test(String(queryKey[0])),
      });
    },
    // Somebody else was first: what they changed is on the page before the next try.
    onError: ({ code }) =>
      code === 'conflict'
        ? client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('investigations') })
        : undefined,
  });

/** The first investigations that match, the last changed first. */
export const investigationsQuery = (asked: InvestigationsAsked = {}) =>
  apiQuery<InvestigationList>('investigations', { ...asked });

/** The same, page by page. */
export const investigationPages = (asked: InvestigationsAsked = {}) =>
  infiniteQueryOptions<InvestigationList, ApiError, { pages: InvestigationList[] }, readonly unknown[], string | null>({
    queryKey: ['investigations', 'pages', asked],
    queryFn: ({ pageParam, signal }) =>
      apiAsk<InvestigationList>('investigations', { ...asked, cursor: pageParam ?? undefined }, signal),
    initialPageParam: null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    retry: shouldRetry,
  });

/** One investigation with its cells, by UUID or number. */
export const investigationQuery = (investigationId: string) => apiQuery<Investigation>(at(investigationId));

/** Where an investigation says that it changed and who else looks, as server-sent events of `LiveEvent`. */
export const investigationLiveAddress = (
  investigationId: string,
  viewer: { viewer: string; editing?: string },
): string => apiAddress(at(investigationId, '/live'), viewer);

/** Where an investigation is downloaded as Markdown. */
export const investigationExportAddress = (investigationId: string): string =>
  apiAddress(at(investigationId, '/export'), {});

/** Every write answers with the investigation as it is now. */
export const createInvestigation = (client: QueryClient) =>
  write(client, (investigation: NewInvestigationAsked) => apiSend('POST', 'investigations', investigation));

/** Fields left out stay; a conflict where somebody was first, and then the page asks again. */
export const editInvestigation = (client: QueryClient) =>
  write(client, ({ investigationId, ...edit }: InvestigationEdit) => apiSend('PATCH', at(investigationId), edit));

/** The id is the writer's own, so that a second press adds no second cell. */
export const addCell = (client: QueryClient) =>
  write(client, ({ investigationId, ...cell }: NewCellAsked & { investigationId: string }) =>
    apiSend('POST', at(investigationId, '/cells'), cell),
  );

/** Fields left out stay. Another's newer edit of this cell is a conflict, with what it says now in `error.fields`. */
export const editCell = (client: QueryClient) =>
  write(client, ({ investigationId, cellId, ...edit }: CellEdit) =>
    apiSend('PATCH', at(investigationId, `/cells/${cellId}`), edit),
  );

/** Behind the cell `afterCellId`; null: to the top. */
export const moveCell = (client: QueryClient) =>
  write(client, ({ investigationId, cellId, ...move }: CellMove) =>
    apiSend('POST', at(investigationId, `/cells/${cellId}/move`), move),
  );

/** Answers with the copy. */
export const copyInvestigation = (client: QueryClient) =>
  write(client, ({ investigationId, ...copy }: { investigationId: string; id: string; title?: string }) =>
    apiSend('POST', at(investigationId, '/copy'), copy),
  );

/** Shows an investigation on an incident, or takes it off; again: nothing changes. */
export const attachInvestigation = (client: QueryClient) =>
  write(client, ({ investigationId, ...attachment }: InvestigationAttachment) =>
    apiSend('POST', at(investigationId, '/attachment'), attachment),
  );
