/** Characters of a note at most. Apart from the contract, so that a form can know it without loading a parser. */
export const MAX_NOTE_CHARACTERS = 2_000;
