'use client';

import { useQuery } from '@tanstack/react-query';
import { Copy, Download } from 'lucide-react';
import { useState } from 'react';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { copyText } from '@/components/ui/clipboard';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { ScrollRegion } from '@/components/ui/ScrollRegion';
import { StatusWord } from '@/components/ui/Status';
import type { RuleDifference, RuleFile, SloRules } from '@/lib/contracts/slo';
import { sloRulesAddress, sloRulesQuery } from '@/lib/queries/slos';

const HEIGHT = 320;

const FILE_LABEL: Readonly<Record<RuleFile['file'], string>> = {
  prometheus: 'Prometheus',
  tests: 'Its unit tests',
  loki: 'Loki ruler',
};

const STATE = { loaded: 'ok', changed: 'watch', missing: 'watch', 'left over': 'watch' } as const;

const COLUMNS: readonly Column<RuleDifference>[] = [
  {
    id: 'state',
    header: 'In Prometheus',
    value: ({ state }) => state,
    cell: ({ state }) => <StatusWord status={STATE[state]} word={state} />,
  },
  {
    id: 'rule',
    header: 'Rule',
    value: ({ name }) => name,
    cell: ({ name }) => <code className="font-mono">{name}</code>,
  },
  {
    id: 'of',
    header: 'Of',
    value: ({ detail }) => detail,
    cell: ({ detail }) => detail,
    className: 'max-w-80 truncate',
  },
  {
    id: 'difference',
    header: 'Difference',
    value: ({ difference }) => difference,
    cell: ({ difference }) => <span className="text-t2">{difference ?? ''}</span>,
    className: 'max-w-96 truncate',
  },
];

/** The rules that these objectives are, as files, beside what the Prometheus has loaded. */
export function RulesPanel() {
  const rules = useQuery(sloRulesQuery());
  return (
    <QueryPanel
      title="Alert rules"
      definition="recording and burn alerts of these objectives, for your Prometheus and Loki to run"
      query={rules}
      height={HEIGHT}
    >
      {(data) => <Rules rules={data} />}
    </QueryPanel>
  );
}

function Rules({ rules }: { rules: SloRules }) {
  const [chosen, setChosen] = useState<RuleFile['file']>('prometheus');
  const [showsAll, setShowsAll] = useState(false);
  const file = rules.files.find((one) => one.file === chosen) ?? rules.files[0];
  const differing = (rules.differences ?? []).filter(
    ({ state, difference }) => state !== 'loaded' || difference !== null,
  );
  // Where nothing is loaded, the sentence says so; a list of every rule would say no more.
  const isNew = differing.every(({ state }) => state === 'missing') && differing.length === rules.differences?.length;
  const shown = showsAll ? (rules.differences ?? []) : isNew ? [] : differing;
  return (
    <div className="grid gap-3">
      <AnswerLine answer={rules.loaded} label="Rules that are loaded" />
      {rules.gaps.map((gap) => (
        <p key={gap} className="text-small text-watch">
          {gap}
        </p>
      ))}
      {file === undefined ? null : (
        <div className="grid gap-2">
          <div className="flex flex-wrap items-center gap-2">
            <Choice
              label="File"
              options={rules.files.map((one) => ({ value: one.file, label: FILE_LABEL[one.file] }))}
              value={file.file}
              onChange={setChosen}
            />
            <Button onClick={() => void copyText(file.text, `${file.fileName} copied`, 'Download the file instead.')}>
              <Copy size={13} aria-hidden /> Copy
            </Button>
            <a
              href={sloRulesAddress({ file: file.file })}
              download={file.fileName}
              className="inline-flex h-7 items-center gap-1.5 rounded-panel border border-line px-2.5 text-small hover:bg-raised"
            >
              <Download size={13} aria-hidden /> {file.fileName}
            </a>
            <span className="text-small text-t3">
              {file.rules} {file.file === 'tests' ? 'tests' : 'rules'}
            </span>
          </div>
          <ScrollRegion
            label={file.fileName}
            className="max-h-80 overflow-auto rounded-panel border border-line bg-bg p-2"
          >
            <pre className="font-mono text-small">{file.text}</pre>
          </ScrollRegion>
        </div>
      )}
      {rules.notes.length === 0 ? null : (
        <details className="text-small text-t2">
          <summary>
            {rules.notes.length} {rules.notes.length === 1 ? 'thing' : 'things'} to know about these rules
          </summary>
          <ul className="mt-1 grid gap-1 pl-4">
            {rules.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      )}
      {shown.length === 0 ? null : (
        <DataTable
          label="Rules against what is loaded"
          rows={shown}
          columns={COLUMNS}
          rowId={({ group, name, detail }) => `${group}\u0000${name}\u0000${detail}`}
          sortParam="rules"
        />
      )}
      {rules.differences === null || (rules.differences.length === differing.length && !isNew) ? null : (
        <div>
          <Button look="quiet" onClick={() => setShowsAll(!showsAll)}>
            {showsAll ? 'Fewer rules' : `All ${rules.differences.length} rules`}
          </Button>
        </div>
      )}
    </div>
  );
}
