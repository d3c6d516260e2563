import { NewSyntheticRun, type SyntheticRun } from '@/lib/contracts/synthetic';
import { route } from '@/lib/server/route';
import { runNow } from '@/lib/server/synthetic/read';

export const POST = route(
  'synthetic:run',
  NewSyntheticRun,
  (asked, { identity, nowMs }): Promise<SyntheticRun> => runNow(asked, { identity, nowMs }),
);
