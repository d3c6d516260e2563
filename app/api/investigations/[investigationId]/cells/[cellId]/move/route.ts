import { CellMove } from '@/lib/contracts/investigation';
import { moveCell } from '@/lib/server/investigations/cells';
import { route } from '@/lib/server/route';

export const POST = route('investigations:write', CellMove, (move, context) => moveCell(move, context));
