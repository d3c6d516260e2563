import 'server-only';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Checklist, PROBE_LANGUAGES, PROBE_UNITS } from '@/lib/contracts/checklist';
import { parsePass, passWords } from '@/lib/domain/pass-condition';
import { getConfig } from '../config';

const Step = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected an id in kebab-case'),
  title: z.string().min(1).max(200),
  help: z.string().max(2_000).default(''),
  language: z.enum(PROBE_LANGUAGES).default('promql'),
  query: z.string().max(10_000).optional(),
  pass: z.string().max(100).optional(),
  unit: z.enum(PROBE_UNITS).default('number'),
});

const File = z
  .strictObject({
    title: z.string().min(1).max(200),
    purpose: z.string().max(2_000).default(''),
    steps: z.array(Step).min(1).max(100),
  })
  .superRefine(({ steps }, context) => {
    const seen = new Set<string>();
    for (const [index, { id, query, pass }] of steps.entries()) {
      const problem = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: ['steps', index, field], message });
      if (seen.has(id)) problem('id', `expected another id than "${id}", which an earlier step has`);
      seen.add(id);
      if ((query === undefined) !== (pass === undefined))
        problem('pass', 'expected a query and a condition, or neither');
      if (pass !== undefined && parsePass(pass) === null) problem('pass', 'expected a condition such as "<= 0.01"');
    }
  });
type File = z.infer<typeof File>;

/** A checklist with what evaluating it needs. */
export interface LoadedChecklist {
  checklist: Checklist;
  /** The condition and unit of each step that a query answers, by its id. */
  conditions: ReadonlyMap<string, { pass: string; unit: string }>;
}

/** Where the checklists of the console itself lie. */
const ownDirectory = (): string => resolve(/* turbopackIgnore: true */ process.cwd(), 'checklists');

function toLoaded(id: string, file: string, written: File): LoadedChecklist {
  return {
    checklist: {
      id,
      title: written.title,
      purpose: written.purpose,
      file,
      steps: written.steps.map(({ id: stepId, title, help, query, language, pass, unit }) => ({
        id: stepId,
        title,
        help,
        answeredBy: query === undefined ? 'person' : 'query',
        query: query ?? null,
        language: query === undefined ? null : language,
        passes: pass === undefined ? null : passWords(pass, unit),
      })),
    },
    conditions: new Map(
      written.steps.flatMap(({ id: stepId, pass, unit }) => (pass === undefined ? [] : [[stepId, { pass, unit }]])),
    ),
  };
}

function readDirectory(directory: string, problems: string[]): LoadedChecklist[] {
  let names: string[];
  try {
    names = readdirSync(directory)
      .filter((name) => /^[a-z0-9]+(-[a-z0-9]+)*\.ya?ml$/.test(name))
      .sort();
  } catch (cause) {
    problems.push(`${directory} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`);
    return [];
  }
  return names.flatMap((name) => {
    const path = join(directory, name);
    try {
      const parsed = File.safeParse(parse(readFileSync(path, 'utf8'), { maxAliasCount: 100 }));
      if (parsed.success) return [toLoaded(name.replace(/\.ya?ml$/, ''), path, parsed.data)];
      problems.push(...parsed.error.issues.map((issue) => `${path}: ${issue.path.join('.')}: ${issue.message}.`));
    } catch (cause) {
      problems.push(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    return [];
  });
}

/** Every checklist: those of the console, and those of the configured directory, which win. A bad file hides itself alone. */
export function loadChecklists(configured: string | null = getConfig().incidents.checklists): {
  checklists: LoadedChecklist[];
  problems: string[];
} {
  const problems: string[] = [];
  const directories = [ownDirectory(), ...(configured === null ? [] : [resolve(configured)])];
  const byId = new Map<string, LoadedChecklist>();
  for (const directory of directories) {
    for (const loaded of readDirectory(directory, problems)) byId.set(loaded.checklist.id, loaded);
  }
  const checklists = [...byId.values()].sort((a, b) => (a.checklist.id < b.checklist.id ? -1 : 1));
  return { checklists, problems };
}
