import { NewCell } from '@/lib/contracts/investigation';
import { addCell } from '@/lib/server/investigations/cells';
import { route } from '@/lib/server/route';

export const POST = route('investigations:write', NewCell, (cell, context) => addCell(cell, context));
