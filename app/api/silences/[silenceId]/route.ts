import { SilenceChange, SilenceEnd, type SilenceMade } from '@/lib/contracts/silence';
import { changeSilence, endSilence } from '@/lib/server/alerts/change-silence';
import { route } from '@/lib/server/route';

export const PATCH = route('alerts:silence', SilenceChange, (change, context): Promise<SilenceMade> => {
  return changeSilence(change, context);
});

export const DELETE = route('alerts:silence', SilenceEnd, (end, context): Promise<SilenceMade> => {
  return endSilence(end, context);
});
