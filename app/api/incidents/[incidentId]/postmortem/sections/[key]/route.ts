import { SectionHistoryParams, SectionSave } from '@/lib/contracts/postmortem';
import { readHistory } from '@/lib/server/postmortems/read';
import { saveSection } from '@/lib/server/postmortems/store';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', SectionHistoryParams, (params) => readHistory(params));

export const POST = route('incidents:write', SectionSave, (save, context) => saveSection(save, context));
