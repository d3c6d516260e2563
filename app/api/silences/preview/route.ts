import { type SilencePreview, SilencePreviewParams } from '@/lib/contracts/silence';
import { previewSilence } from '@/lib/server/alerts/preview';
import { route } from '@/lib/server/route';

export const POST = route('telemetry:read', SilencePreviewParams, async (asked, context): Promise<SilencePreview> => {
  const { preview } = await previewSilence(asked, context);
  return preview;
});
