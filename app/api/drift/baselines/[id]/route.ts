import { BaselineRemoval } from '@/lib/contracts/drift-baseline';
import { removeBaseline } from '@/lib/server/drift/baseline-store';
import { route } from '@/lib/server/route';

export const DELETE = route('baselines:write', BaselineRemoval, (removal, context) => removeBaseline(removal, context));
