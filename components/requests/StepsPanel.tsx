'use client';

import { Button } from '@/components/ui/Button';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { StatusIcon } from '@/components/ui/Status';
import type { Status } from '@/lib/contracts/answer';
import type { StoryStep } from '@/lib/contracts/request-story';
import type { Why } from '@/lib/contracts/why';
import { formatBytes, formatCount, formatMs, formatRange } from '@/lib/domain/format';
import { type WideColumn, WideTable } from './WideTable';

const STATE: Readonly<Record<StoryStep['state'], { status: Status; word: string }>> = {
  asking: { status: 'unknown', word: 'asking' },
  found: { status: 'ok', word: 'found' },
  empty: { status: 'unknown', word: 'nothing' },
  failed: { status: 'bad', word: 'failed' },
  skipped: { status: 'unknown', word: 'not needed' },
};

const COLUMNS: readonly WideColumn[] = [
  { name: 'State' },
  { name: 'Source' },
  { name: 'What' },
  { name: 'Window' },
  { name: 'Took', isNumeric: true },
  { name: 'Read', isNumeric: true },
  { name: 'Found', isNumeric: true },
];

export interface StepsPanelProps {
  steps: readonly StoryStep[];
  isTelling: boolean;
  isFound: boolean;
  elapsedMs: number | null;
  onStop: () => void;
  onAgain: () => void;
}

/** Where the id was looked for: each question with its source, window, query, cost and outcome. Folded once it is found. */
export function StepsPanel({ steps, isTelling, isFound, elapsedMs, onStop, onAgain }: StepsPanelProps) {
  const bytes = steps.reduce((sum, step) => sum + (step.bytes ?? 0), 0);
  const failed = steps.filter(({ state }) => state === 'failed').length;
  const why = steps.flatMap((step): Why[] => (step.why === null ? [] : [step.why]));
  const asked = `${formatCount(steps.length)} ${steps.length === 1 ? 'question' : 'questions'}`;
  const cost = `${asked}${bytes > 0 ? `, ${formatBytes(bytes)} read` : ''}${failed > 0 ? `, ${failed} failed` : ''}`;
  const state = isTelling ? (isFound ? 'Found; reading what was around it' : 'Looking') : isFound ? 'Found' : 'Looked';
  const time = elapsedMs === null ? (isTelling ? '' : ', stopped') : `, ${formatMs(elapsedMs)} in all`;
  return (
    <Panel
      title="Where it was looked for"
      why={why}
      actions={
        isTelling ? (
          <Button onClick={onStop}>Stop</Button>
        ) : (
          <Button look="quiet" onClick={onAgain}>
            Look again
          </Button>
        )
      }
    >
      <details key={isFound ? 'found' : 'looking'} open={!isFound}>
        <summary className="text-small text-t2" aria-live="polite">
          {state}: {cost}
          {time}.
        </summary>
        <WideTable label="Questions asked" columns={COLUMNS}>
          {steps.map((step) => (
            <Step key={step.id} step={step} />
          ))}
        </WideTable>
      </details>
    </Panel>
  );
}

function Step({ step }: { step: StoryStep }) {
  const { zone } = useZone();
  const { status, word } = STATE[step.state];
  return (
    <tr className="border-line border-t align-top">
      <td className="whitespace-nowrap py-1 pr-2 pl-3">
        <StatusIcon status={status} /> <span className={step.state === 'failed' ? 'text-bad' : 'text-t2'}>{word}</span>
      </td>
      <td className="whitespace-nowrap px-2 py-1">{step.source}</td>
      <td className="min-w-[220px] px-2 py-1">
        {step.purpose}
        {step.query === '' ? null : (
          <code className="block font-mono text-axis text-t3 [overflow-wrap:anywhere]">{step.query}</code>
        )}
        {step.note === null ? null : <span className="block text-t2 [overflow-wrap:anywhere]">{step.note}</span>}
      </td>
      <td className="px-2 py-1 text-t2 sm:whitespace-nowrap">
        {step.startMs === null || step.endMs === null ? 'all of its time' : formatRange(step.startMs, step.endMs, zone)}
      </td>
      <td className="whitespace-nowrap px-2 py-1 text-right tabular-nums">
        {step.elapsedMs === null ? '…' : formatMs(step.elapsedMs)}
      </td>
      <td className="whitespace-nowrap px-2 py-1 text-right tabular-nums text-t2">
        {step.bytes === null ? <span className="text-t3">not told</span> : formatBytes(step.bytes)}
      </td>
      <td className="whitespace-nowrap py-1 pr-3 pl-2 text-right tabular-nums">
        {step.found === null ? '' : formatCount(step.found)}
      </td>
    </tr>
  );
}
