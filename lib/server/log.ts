import 'server-only';
import pino from 'pino';

/** Structured log lines on standard error, so that standard output stays for what a person started the process for. */
export const log = pino(
  { name: 'windsock', level: process.env.LOG_LEVEL ?? 'info', redact: ['headers.authorization', 'headers.cookie'] },
  pino.destination(2),
);
