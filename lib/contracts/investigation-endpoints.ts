import * as z from 'zod';
import type { Endpoint } from './endpoint';
import {
  CellEdit,
  CellMove,
  Investigation,
  InvestigationAttachment,
  InvestigationCopy,
  InvestigationEdit,
  InvestigationList,
  InvestigationParams,
  InvestigationsParams,
  NewCell,
  NewInvestigation,
} from './investigation';
import { InvestigationLiveParams, LiveEvent } from './live';

type Told = Pick<Endpoint, 'params' | 'response' | 'summary'>;

const read = (path: string, told: Told): Endpoint => ({
  method: 'GET',
  path: `/api/${path}`,
  permission: 'investigations:read',
  ...told,
});

/** Every change answers with the investigation as it is after it. */
const write = (method: 'POST' | 'PATCH', path: string, params: Endpoint['params'], summary: string): Endpoint => ({
  method,
  path: `/api/${path}`,
  permission: 'investigations:write',
  params,
  response: Investigation,
  summary,
});

const ONE = 'investigations/{investigationId}';

export const INVESTIGATION_ENDPOINTS: readonly Endpoint[] = [
  read('investigations', {
    params: InvestigationsParams,
    response: InvestigationList,
    summary: 'Investigations that match, the last changed first',
  }),
  write('POST', 'investigations', NewInvestigation, 'Begin an investigation'),
  read(ONE, { params: InvestigationParams, response: Investigation, summary: 'An investigation with its cells' }),
  write('PATCH', ONE, InvestigationEdit, 'Change title, question or tags; archive it'),
  write('POST', `${ONE}/cells`, NewCell, 'Add a cell'),
  write('PATCH', `${ONE}/cells/{cellId}`, CellEdit, 'Change a cell, freeze it, take it out, put it back'),
  write('POST', `${ONE}/cells/{cellId}/move`, CellMove, 'Put a cell somewhere else'),
  write('POST', `${ONE}/copy`, InvestigationCopy, 'Duplicate an investigation'),
  write('POST', `${ONE}/attachment`, InvestigationAttachment, 'Attach an investigation to an incident, or take it off'),
  {
    ...read(`${ONE}/live`, { params: InvestigationLiveParams, response: LiveEvent, summary: 'When one changes' }),
    media: 'text/event-stream',
  },
  {
    ...read(`${ONE}/export`, {
      params: InvestigationParams,
      response: z.string(),
      summary: 'An investigation as Markdown, the same bytes for the same record',
    }),
    media: 'text/markdown',
  },
];
