import 'server-only';
import { userInfo } from 'node:os';
import { Permission } from '@/lib/contracts/permission';

/** Who asks. Today one local person; a later sign-in replaces `identify` and nothing else. */
export interface Identity {
  id: string;
  name: string;
  permissions: ReadonlySet<Permission>;
}

function localName(): string {
  try {
    return userInfo().username || 'local';
  } catch {
    // A container may run under a uid without an entry in passwd.
    return 'local';
  }
}

const local: Identity = { id: 'local', name: localName(), permissions: new Set(Permission.options) };

/** The identity behind a request. */
export const identify = (_request: Request): Identity => local;
