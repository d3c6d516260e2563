import 'server-only';
import { intakeLoop } from '../alert-intake/loop';
import { checkpointLoop } from '../audit/checkpoints';
import { contextLoop } from '../incidents/context';
import { guardLoop } from '../rollouts/loop';
import { syntheticLoop } from '../synthetic/loop';
import { deliveryLoop } from '../webhooks/deliver';
import type { BackgroundLoop } from './loop';

/** Everything the console does without being asked: one line each. `start.ts` starts them once in each process. */
export const WORK: readonly BackgroundLoop[] = [
  deliveryLoop(),
  checkpointLoop(),
  guardLoop(),
  intakeLoop(),
  contextLoop(),
  syntheticLoop(),
];
