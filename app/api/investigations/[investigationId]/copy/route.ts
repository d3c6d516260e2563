import { InvestigationCopy } from '@/lib/contracts/investigation';
import { copyInvestigation } from '@/lib/server/investigations/store';
import { route } from '@/lib/server/route';

export const POST = route('investigations:write', InvestigationCopy, (copy, context) =>
  copyInvestigation(copy, context),
);
