import { z } from 'zod';
import { openApiDocument } from '@/lib/contracts/endpoints';
import { route } from '@/lib/server/route';
import packageJson from '@/package.json';

export const GET = route('health:read', z.object({}), () => openApiDocument(packageJson.version));
