/**
 * Text as it is searched: compatible forms and cases alike, spaces joined. The three characters that LIKE gives a meaning
 * stand for themselves by way of private ones, so that SQLite and PostgreSQL find the same.
 */
export const foldForSearch = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('%', '\ue000')
    .replaceAll('_', '\ue001')
    .replaceAll('\\', '\ue002')
    .replace(/\s+/g, ' ')
    .trim();

/** The words of a search, folded, at most eight; each must be found somewhere. */
export const searchWords = (query: string): string[] =>
  foldForSearch(query)
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, 8);
