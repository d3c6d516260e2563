import type { Checklists } from '@/lib/contracts/checklist';
import { NoParams } from '@/lib/contracts/params';
import { loadChecklists } from '@/lib/server/checklists/files';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', NoParams, (): Checklists => {
  const { checklists, problems } = loadChecklists();
  return { checklists: checklists.map(({ checklist }) => checklist), problems };
});
