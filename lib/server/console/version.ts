import 'server-only';
import { version } from '@/package.json';

/** Version of this console, from its package. */
export const CONSOLE_VERSION: string = version;
