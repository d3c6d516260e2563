import { readStored } from '@/components/ui/browser-storage';

/** Where the browser keeps what is typed into a section until it is saved. */
export const draftKey = (incidentId: string, section: string): string => `postmortem.${incidentId}.${section}`;

/** Where it keeps the version that was edited, so that a save after a reload is still laid against the right one. */
export const baseKey = (incidentId: string, section: string): string => `${draftKey(incidentId, section)}.base`;

/** Whether something typed into the section waits in this browser, from whichever visit. */
export const hasDraft = (incidentId: string, section: string): boolean =>
  readStored(`draft.${draftKey(incidentId, section)}`) !== null;
