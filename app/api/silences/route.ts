import { NewSilence, type SilenceList, type SilenceMade, SilencesParams } from '@/lib/contracts/silence';
import { listSilences } from '@/lib/server/alerts/list-silences';
import { createSilence } from '@/lib/server/alerts/write-silence';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', SilencesParams, (params, context): Promise<SilenceList> => {
  return listSilences(params, context);
});

export const POST = route('alerts:silence', NewSilence, (silence, context): Promise<SilenceMade> => {
  return createSilence(silence, context);
});
