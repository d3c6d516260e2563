import { jsonAnswer, type LabAnswer } from '../http';

/** The notes that go with an answer. */
export interface Notes {
  warnings: readonly string[];
  infos: readonly string[];
}

export const TRUNCATED = 'results truncated due to limit';

/** The envelope of a success. */
export function success(data: unknown, notes: Notes = { warnings: [], infos: [] }): LabAnswer {
  return jsonAnswer(200, {
    status: 'success',
    data,
    ...(notes.warnings.length > 0 ? { warnings: notes.warnings } : {}),
    ...(notes.infos.length > 0 ? { infos: notes.infos } : {}),
  });
}

/** A list of at most `limit` entries (0: all), with the server's warning where some were cut off. */
export function limited(entries: readonly unknown[], limit: number): LabAnswer {
  if (limit === 0 || entries.length <= limit) return success(entries);
  return success(entries.slice(0, limit), { warnings: [TRUNCATED], infos: [] });
}
