import { InvestigationsParams, NewInvestigation } from '@/lib/contracts/investigation';
import { listInvestigations } from '@/lib/server/investigations/list';
import { createInvestigation } from '@/lib/server/investigations/store';
import { route } from '@/lib/server/route';

export const GET = route('investigations:read', InvestigationsParams, (params) => listInvestigations(params));

export const POST = route('investigations:write', NewInvestigation, (asked, context) =>
  createInvestigation(asked, context),
);
