import { InvestigationAttachment } from '@/lib/contracts/investigation';
import { attachInvestigation } from '@/lib/server/investigations/store';
import { route } from '@/lib/server/route';

export const POST = route('investigations:write', InvestigationAttachment, (attachment, context) =>
  attachInvestigation(attachment, context),
);
