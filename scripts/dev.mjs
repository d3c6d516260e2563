import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as prepare from './prepare.mjs';

/** `npm run dev`: the console while it is written, over windsock.yaml, or over the lab where there is none. */

if (process.env.WINDSOCK_CONFIG || existsSync(join(prepare.ROOT, 'windsock.yaml'))) {
  prepare.refuseOldNode();
  prepare.ensureInstalled();
  prepare.ensureGenerated();
  const port = prepare.portFrom('PORT', 3000);
  if (!(await prepare.isFree(port, '127.0.0.1'))) prepare.refuse(`port ${port} is taken; choose another with PORT.`);
  prepare.processGroup().start(prepare.nextArgs('dev', { host: process.env.WINDSOCK_HOST || '127.0.0.1', port }));
} else {
  process.argv.push('--dev');
  await import('./demo.mjs');
}
