#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as prepare from '../scripts/prepare.mjs';

/** `npx windsock COMMAND`: the console's work that is done from a shell. The commands are scripts/cli/*.ts. */

prepare.refuseOldNode();
prepare.ensureInstalled();
prepare.ensureGenerated();

const tsx = pathToFileURL(join(prepare.ROOT, 'node_modules/tsx/dist/loader.mjs')).href;
// The modules of lib/server are marked as the server's own; without this condition that mark refuses to be loaded.
const { status, signal, error } = spawnSync(
  process.execPath,
  ['--conditions=react-server', '--import', tsx, join(prepare.ROOT, 'scripts/cli/main.ts'), ...process.argv.slice(2)],
  {
    // Configuration, schema and data lie below the project; what is typed is relative to where it is typed.
    cwd: prepare.ROOT,
    env: { ...process.env, LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn', WINDSOCK_TYPED_IN: process.cwd() },
    stdio: 'inherit',
  },
);
if (error) prepare.refuse(error.message);
if (signal) process.kill(process.pid, signal);
process.exitCode = status ?? 1;
