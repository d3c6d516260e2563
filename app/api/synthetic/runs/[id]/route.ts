import { type SyntheticRun, SyntheticRunParams } from '@/lib/contracts/synthetic';
import { route } from '@/lib/server/route';
import { readRun } from '@/lib/server/synthetic/store';

export const GET = route('telemetry:read', SyntheticRunParams, ({ id }): Promise<SyntheticRun> => readRun(id));
