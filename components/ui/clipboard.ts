import { announce } from './announce';

/**
 * Puts text on the clipboard and says so in the words of `done`. Browsers refuse it outside https and without a press of
 * the reader's: then what can be done `instead` is said.
 */
export async function copyText(text: string, done: string, instead = 'Select the text and copy it.'): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce(done);
  } catch {
    announce(`This browser refuses the clipboard here. ${instead}`);
  }
}
