import type { Why } from '@/lib/contracts/why';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isWhy = (value: unknown): value is Why =>
  isObject(value) &&
  ['purpose', 'source', 'kind', 'language', 'query', 'requestUrl'].every((key) => typeof value[key] === 'string') &&
  ['startMs', 'endMs', 'elapsedMs'].every((key) => typeof value[key] === 'number') &&
  Array.isArray(value.warnings);

/** Every query an answer tells of, in their order, each once: a story's stand in its parts, a panel's at its top. */
export function whysOf(answer: unknown): Why[] {
  const found = new Map<string, Why>();
  const open: unknown[] = [answer];
  while (open.length > 0) {
    const value = open.pop();
    if (isWhy(value)) {
      const name = JSON.stringify([value.purpose, value.source, value.query, value.startMs, value.endMs, value.stepMs]);
      if (!found.has(name)) found.set(name, value);
      continue;
    }
    if (Array.isArray(value)) for (const each of value.toReversed()) open.push(each);
    else if (isObject(value)) for (const each of Object.values(value).reverse()) open.push(each);
  }
  return [...found.values()];
}

/** Fields in which the answers of the console say what they lack. */
const LACKS = ['gaps', 'truncated', 'lost', 'incomplete', 'hiddenWhy', 'cut', 'statisticsCut', 'notCounted'] as const;

const sentences = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string' && each !== '');

/** What an answer itself says it lacks. */
export const ownLacksOf = (answer: unknown): string[] =>
  isObject(answer) ? LACKS.flatMap((name) => sentences(answer[name])) : [];

/** What an answer lacks, as its own fields and its queries say, each once. Warnings of a source are not a lack. */
export const lacksOf = (answer: unknown): string[] => [
  ...new Set([...ownLacksOf(answer), ...whysOf(answer).flatMap(({ truncated }) => sentences(truncated))]),
];

/** What sources warned of, each once. */
export const warningsOf = (answer: unknown): string[] => [
  ...new Set(whysOf(answer).flatMap(({ warnings }) => sentences(warnings))),
];
