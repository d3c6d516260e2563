import { CellEdit } from '@/lib/contracts/investigation';
import { editCell } from '@/lib/server/investigations/cells';
import { route } from '@/lib/server/route';

export const PATCH = route('investigations:write', CellEdit, (edit, context) => editCell(edit, context));
