import { diff3Merge } from 'node-diff3';

export interface MergedText {
  /** Both changes, where they do not contradict; where they do, both wordings between markers. */
  text: string;
  /** Nothing contradicts: the text holds every change of both and no marker. */
  isClean: boolean;
}

export interface TextsToMerge {
  /** What both began with. */
  base: string;
  mine: string;
  theirs: string;
}

type Region = { ok?: string[]; conflict?: { a: string[]; o: string[]; b: string[] } };

/** Longest text whose words are compared one by one; the comparison grows with the square of the changed part. */
const MAX_TOKENS = 4_000;

const lines = (text: string): string[] => text.split('\n');

/** Words with the space behind each, so that joined they are the text again. */
const words = (text: string): string[] => text.match(/\S+\s*|\s+/g) ?? [];

const merge = (mine: string[], base: string[], theirs: string[]): Region[] =>
  // The same change by both is no conflict.
  diff3Merge(mine, base, theirs, { excludeFalseConflicts: true });

/**
 * Lays two changes of one text together: line by line, and word by word within lines that both changed. Nothing of
 * either is ever left out: what contradicts stands twice, between `<<<<<<< yours`, `=======` and `>>>>>>> theirs`.
 */
export function mergeTexts({ base, mine, theirs }: TextsToMerge): MergedText {
  let isClean = true;
  const parts = merge(lines(mine), lines(base), lines(theirs)).flatMap((region): string[] => {
    if (region.ok !== undefined) return region.ok;
    if (region.conflict === undefined) return [];
    const { a, o, b } = region.conflict;
    const byWord = mergeWords(a.join('\n'), o.join('\n'), b.join('\n'));
    if (byWord !== null) return byWord === '' ? [] : [byWord];
    isClean = false;
    return ['<<<<<<< yours', ...a, '=======', ...b, '>>>>>>> theirs'];
  });
  return { text: parts.join('\n'), isClean };
}

/** Null where the words contradict too, or are too many to be compared. */
function mergeWords(mine: string, base: string, theirs: string): string | null {
  const [a, o, b] = [words(mine), words(base), words(theirs)];
  // Without words in common there is nothing to tell by which belongs where.
  if (o.length === 0 || Math.max(a.length, o.length, b.length) > MAX_TOKENS) return null;
  const regions = merge(a, o, b);
  return regions.some(({ conflict }) => conflict !== undefined) ? null : regions.flatMap(({ ok }) => ok ?? []).join('');
}
