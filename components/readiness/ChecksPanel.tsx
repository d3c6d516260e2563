'use client';

import { ChevronDown, ChevronRight, Copy } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { IconButton } from '@/components/ui/Button';
import { copyText } from '@/components/ui/clipboard';
import { Panel } from '@/components/ui/Panel';
import { ScrollRegion } from '@/components/ui/ScrollRegion';
import { StatusWord } from '@/components/ui/Status';
import { useUrlParam } from '@/components/ui/use-url-param';
import type { ReadinessCheck, ReadinessRemedy, ReadinessReport, ReadinessResult } from '@/lib/contracts/readiness';
import { STATE_STATUS, STATE_WORD } from '@/lib/domain/readiness-answer';
import { evidenceText } from '@/lib/domain/readiness-report';

function Remedy({ remedy, of }: { remedy: ReadinessRemedy; of: string }) {
  return (
    <div className="mt-1 border-line border-l-2 pl-3">
      <p className="text-t1">{remedy.text}</p>
      {remedy.snippet === null ? null : (
        <div className="relative mt-1 max-w-[860px]">
          <ScrollRegion label={`Snippet: ${of}`} className="overflow-x-auto rounded-panel bg-raised p-2 pr-10">
            <pre className="font-mono text-small text-t1">{remedy.snippet.code}</pre>
          </ScrollRegion>
          <IconButton
            label={`Copy snippet: ${of}`}
            className="absolute! top-1 right-1"
            onClick={() => void copyText(remedy.snippet?.code ?? '', 'Snippet copied')}
          >
            <Copy size={13} aria-hidden />
          </IconButton>
        </div>
      )}
    </div>
  );
}

function Result({ result }: { result: ReadinessResult }) {
  return (
    <li className="py-1">
      <p>
        <StatusWord status={STATE_STATUS[result.state]} word={STATE_WORD[result.state]} />{' '}
        <span className="text-t1 [overflow-wrap:anywhere]">{result.cause}</span>
      </p>
      {result.evidence.length === 0 ? null : (
        <dl className="flex flex-wrap gap-x-4 text-small text-t3">
          {result.evidence.map((evidence) => (
            <div key={evidence.name} className="flex min-w-0 gap-1">
              <dt className="[overflow-wrap:anywhere]">{evidence.name}:</dt>
              <dd className="text-t2 tabular-nums">{evidenceText(evidence)}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

/** Remedies of a check, each once: several models often need the same. */
function remediesOf(check: ReadinessCheck): ReadinessRemedy[] {
  const seen = new Map<string, ReadinessRemedy>();
  for (const { remedy } of check.results) {
    if (remedy !== null) seen.set(JSON.stringify(remedy), remedy);
  }
  return [...seen.values()];
}

interface CheckProps {
  check: ReadinessCheck;
  isOpen: boolean;
  /** The address names it. */
  isLinked: boolean;
  onToggle: () => void;
}

function Check({ check, isOpen, isLinked, onToggle }: CheckProps) {
  const element = useRef<HTMLLIElement>(null);
  const bodyId = useId();
  const wasLinked = useRef(isLinked);
  // The browser's scroll position: a link to a check shows it. What is open by itself leaves the answer in sight.
  useEffect(() => {
    if (wasLinked.current) element.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <li ref={element} className="border-line border-t first:border-t-0">
      <h3>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? bodyId : undefined}
          onClick={onToggle}
          className="flex w-full flex-wrap items-baseline gap-x-3 rounded-sm py-1.5 text-left hover:bg-raised focus-visible:-outline-offset-2"
        >
          <Chevron aria-hidden size={13} className="shrink-0 self-center text-t3" />
          <span className="shrink-0 sm:w-28">
            <StatusWord status={STATE_STATUS[check.state]} word={STATE_WORD[check.state]} />
          </span>
          <span className="font-medium text-t1">{check.title}</span>
          {isOpen ? null : (
            <span className="min-w-0 flex-1 basis-64 truncate text-t2" title={check.results[0]?.cause}>
              {check.results[0]?.cause}
            </span>
          )}
        </button>
      </h3>
      {isOpen ? (
        <div id={bodyId} className="grid grid-cols-1 gap-1 pb-3 sm:pl-6">
          <p className="max-w-[860px] text-small text-t3">
            {check.definition} Weight {check.weight}.
          </p>
          <ul>
            {check.results.map((result) => (
              <Result key={`${result.model} ${result.subject}`} result={result} />
            ))}
          </ul>
          {remediesOf(check).map((remedy) => (
            <Remedy key={JSON.stringify(remedy)} remedy={remedy} of={check.title} />
          ))}
        </div>
      ) : null}
    </li>
  );
}

/** Every check, what fails first and open; which one is open besides stands in the address. */
export function ChecksPanel({ report }: { report: ReadinessReport }) {
  const [chosen, setChosen] = useUrlParam('check');
  const firstFailing = report.checks.find(({ state }) => state === 'fail')?.id;
  // Nothing chosen: the worst stands open. "none" keeps all closed.
  const open = chosen ?? firstFailing;
  return (
    <Panel title="Checks" definition="what fails first; open one for its numbers, cause and remedy" why={report.why}>
      <ul>
        {report.checks.map((check) => (
          <Check
            key={check.id}
            check={check}
            isOpen={check.id === open}
            isLinked={check.id === chosen}
            onToggle={() => setChosen(check.id === open ? 'none' : check.id)}
          />
        ))}
      </ul>
      {report.gaps.map((gap) => (
        <p key={gap} className="mt-2 text-small text-watch">
          {gap}
        </p>
      ))}
    </Panel>
  );
}
