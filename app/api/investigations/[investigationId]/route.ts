import { InvestigationEdit, InvestigationParams } from '@/lib/contracts/investigation';
import { editInvestigation, readInvestigation } from '@/lib/server/investigations/store';
import { route } from '@/lib/server/route';

export const GET = route('investigations:read', InvestigationParams, ({ investigationId }) =>
  readInvestigation(investigationId),
);

export const PATCH = route('investigations:write', InvestigationEdit, (edit, context) =>
  editInvestigation(edit, context),
);
