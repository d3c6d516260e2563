import { EntriesParams, NewEntry } from '@/lib/contracts/incident-entry';
import { addEntry, listEntries } from '@/lib/server/incidents/entries';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', EntriesParams, (params) => listEntries(params));

export const POST = route('incidents:write', NewEntry, (entry, context) => addEntry(entry, context));
