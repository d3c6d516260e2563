import 'server-only';
import { nearest } from '../config/problems';
import { AppError } from '../errors';
import type { Objective } from './objectives';

/** The objective of a model by name. Throws `not_found` with the nearest one that there is. */
export function findObjective(objectives: readonly Objective[], asked: { model: string; slo: string }): Objective {
  const wanted = `${asked.model}/${asked.slo}`;
  const found = objectives.find(({ model, slo }) => model.name === asked.model && slo.name === asked.slo);
  if (found !== undefined) return found;
  const ids = objectives.map(({ id }) => id);
  const near = nearest(wanted, ids);
  const hint =
    near !== null
      ? ` Did you mean ${near}?`
      : ids.length === 0
        ? ' None is configured: name some under models[].slos in windsock.yaml.'
        : ` There are ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''}.`;
  throw new AppError('not_found', `There is no objective ${wanted.slice(0, 200).toWellFormed()}.${hint}`);
}
