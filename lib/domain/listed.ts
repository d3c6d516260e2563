/** Names as a sentence lists them: "a, b and c"; nothing for none. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** The first of them, the others counted: "a, b and 7 more"; where all have room, "a, b". */
export const listedFirst = (names: readonly string[], most: number): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
