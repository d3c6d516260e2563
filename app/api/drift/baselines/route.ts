import { BaselinesParams, NewBaseline } from '@/lib/contracts/drift-baseline';
import { createBaseline, listBaselines } from '@/lib/server/drift/baseline-store';
import { readUpload } from '@/lib/server/drift/upload';
import { fileRoute, route } from '@/lib/server/route';

export const GET = route('telemetry:read', BaselinesParams, ({ model }) => listBaselines(model));

export const POST = fileRoute('baselines:write', NewBaseline, async (asked, context, request) => {
  const { text, fileName } = await readUpload(request);
  return createBaseline({ ...asked, fileName: asked.fileName ?? fileName ?? undefined }, text, context);
});
