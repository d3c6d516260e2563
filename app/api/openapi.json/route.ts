import { ENDPOINTS } from '@/lib/contracts/endpoints';
import { NoParams } from '@/lib/contracts/params';
import { openApiDocument } from '@/lib/server/console/openapi';
import { route } from '@/lib/server/route';

let document: ReturnType<typeof openApiDocument> | undefined;

/** The contracts as OpenAPI 3.1; made once, because they do not change while the process lives. */
export const GET = route('health:read', NoParams, () => {
  document ??= openApiDocument(ENDPOINTS);
  return document;
});
