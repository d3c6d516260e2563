'use client';

import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { useModelChoices } from './ModelChoice';
import { ViewLink } from './ViewLink';

/** What a page of one model shows before one is chosen: those with traffic, each a link to that page of it. */
export function ChooseModel({ page, isOfTwoVersions = false }: { page: string; isOfTwoVersions?: boolean }) {
  const choices = useModelChoices();
  return (
    <Panel
      title="Choose a model"
      definition={`models with traffic in the page’s range${isOfTwoVersions ? ', those with two versions first' : ''}`}
    >
      <QueryState
        query={choices}
        diagnosis={({ models }) =>
          models.length > 0
            ? null
            : {
                what: 'No model had requests in this range.',
                why: 'Prometheus counted none.',
                action: 'A longer range may show some.',
              }
        }
      >
        {({ models }) => (
          <ul className="grid gap-1">
            {(isOfTwoVersions ? models.toSorted((a, b) => b.versions.length - a.versions.length) : models).map(
              ({ model, versions }) => (
                <li key={model}>
                  <ViewLink to={page} patch={{ model }} className="link">
                    {model}
                  </ViewLink>{' '}
                  <span className="text-t2">
                    {versions.map(({ version }) => version).join(isOfTwoVersions ? ' against ' : ', ')}
                  </span>
                </li>
              ),
            )}
          </ul>
        )}
      </QueryState>
    </Panel>
  );
}
