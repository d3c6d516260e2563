/** Levels by weight, worst first; `unknown` is a line that names none. */
export const LEVELS = ['critical', 'error', 'warn', 'info', 'debug', 'trace', 'unknown'] as const;
export type Level = (typeof LEVELS)[number];

const NAMES: Readonly<Record<string, Level>> = {
  fatal: 'critical',
  critical: 'critical',
  crit: 'critical',
  emerg: 'critical',
  emergency: 'critical',
  alert: 'critical',
  panic: 'critical',
  error: 'error',
  err: 'error',
  eror: 'error',
  severe: 'error',
  warn: 'warn',
  warning: 'warn',
  info: 'info',
  information: 'info',
  informational: 'info',
  notice: 'info',
  debug: 'debug',
  dbug: 'debug',
  trace: 'trace',
  verbose: 'trace',
};

/** The level a text names, in any case; `unknown` for any other text and for none. */
export const toLevel = (text: string | undefined): Level => NAMES[text?.trim().toLowerCase() ?? ''] ?? 'unknown';

/** Every spelling of a level. An unknown one has none. */
export const spellingsOf = (level: Level): string[] =>
  Object.entries(NAMES).flatMap(([name, is]) => (is === level ? [name] : []));

/** Whether a line of this level is a failure. */
export const isFailure = (level: string): boolean => level === 'critical' || level === 'error';

/** Labels that may hold a level, the surest first. */
export const LEVEL_LABELS = ['level', 'detected_level', 'severity', 'severity_text', 'lvl', 'loglevel'] as const;

/** Level of a line by its labels and fields, the surest source first; else by the word the line itself carries. */
export function levelOf(labels: readonly Readonly<Record<string, string>>[], line: string): Level {
  for (const name of LEVEL_LABELS) {
    for (const set of labels) {
      const level = toLevel(set[name]);
      if (level !== 'unknown') return level;
    }
  }
  const head = line.slice(0, 400);
  const named =
    /["']?(?:level|lvl|severity)["']?\s*[:=]\s*["']?([a-zA-Z]+)/.exec(head)?.[1] ??
    /(?:^|[\s[(|])(FATAL|CRITICAL|ERROR|WARN(?:ING)?|INFO|DEBUG|TRACE)(?=$|[\s\])|:])/.exec(head)?.[1];
  return toLevel(named);
}
