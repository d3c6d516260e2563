'use client';

import { useQuery } from '@tanstack/react-query';
import { Copy, Download } from 'lucide-react';
import { Button } from '@/components/ui/Button';
import { copyText } from '@/components/ui/clipboard';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { ScrollRegion } from '@/components/ui/ScrollRegion';
import { mlRulesAddress, mlRulesQuery } from '@/lib/queries/drift';

const HEIGHT = 320;
const FILE = 'windsock-ml-rules.yml';

/** Alerts of this model that Prometheus itself can watch: the file to load, for copying and downloading. */
export function AlertsTab({ model }: { model: string }) {
  const rules = useQuery(mlRulesQuery({ model }));
  return (
    <Panel
      title="Alert rules"
      definition="stale labels, drift, fairness, missing values and backlog, for the rule files of Prometheus"
      height={HEIGHT}
      actions={
        rules.data === undefined ? undefined : (
          <div className="flex gap-2">
            <Button onClick={() => void copyText(rules.data, `${FILE} copied`, 'Download the file instead.')}>
              <Copy size={12} aria-hidden /> Copy
            </Button>
            <a
              href={mlRulesAddress({ model })}
              download={FILE}
              className="inline-flex h-7 items-center gap-1.5 rounded-panel border border-line px-2.5 text-small text-t1 hover:bg-raised"
            >
              <Download size={12} aria-hidden /> Download
            </a>
          </div>
        )
      }
    >
      <QueryState query={rules} height={HEIGHT}>
        {(text) => (
          <ScrollRegion label={FILE} className="max-h-[70vh] overflow-auto rounded-sm bg-raised p-2">
            <pre className="font-mono text-small">{text}</pre>
          </ScrollRegion>
        )}
      </QueryState>
    </Panel>
  );
}
