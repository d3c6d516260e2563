import 'server-only';
import { getConfig } from '../config';
import { AppError } from '../errors';
import { type TempoClient, tempoClient } from '../tempo/client';

/** The first Tempo of the configuration. Throws `not_configured` without one. */
export function openTempo(): TempoClient {
  const source = getConfig().sources.tempo[0];
  if (source === undefined) {
    throw new AppError('not_configured', 'No Tempo is configured. Name one under sources.tempo in windsock.yaml.');
  }
  return tempoClient(source);
}
