import type { CommandEntry } from './command';

/** Every command of `npx windsock`, in the order of its help: one entry each, and one file beside this one. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'audit verify',
    usage: '[--json] [--checkpoints FILE]',
    summary: 'walk the chain of the audit; names the first broken entry and ends with 1',
    load: async () => (await import('./audit-verify')).auditVerify,
  },
  {
    name: 'audit erase',
    usage: '--actor ID | --subject SUBJECT',
    summary: 'erase personal values from the audit; its chain still verifies',
    load: async () => (await import('./audit-erase')).auditErase,
  },
  {
    name: 'backup',
    usage: 'FOLDER',
    summary: 'write everything stored into a new folder, while the console runs',
    load: async () => (await import('./backup')).backup,
  },
  {
    name: 'restore',
    usage: 'FOLDER',
    summary: 'fill an empty database, SQLite or PostgreSQL, from a backup',
    load: async () => (await import('./restore')).restore,
  },
  {
    name: 'rules',
    usage: '[--out DIR] [--file prometheus|loki|tests]',
    summary: 'alert rules of the objectives, for Prometheus and the Loki ruler, with tests for promtool',
    load: async () => (await import('./rules')).rules,
  },
  {
    name: 'baseline push',
    usage: 'FILE --model NAME [--version VERSION] [--url CONSOLE] [--json]',
    summary: 'keep a training distribution (JSON or CSV, histograms or raw values) as what drift is measured against',
    load: async () => (await import('./baseline-push')).baselinePush,
  },
];
