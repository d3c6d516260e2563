import { Panel } from '@/components/ui/Panel';
import { StatusIcon } from '@/components/ui/Status';
import { SECTION_TITLES } from '@/lib/contracts/incident-words';
import type { Postmortem } from '@/lib/contracts/postmortem';

/** What a reader will ask and the record does not say; and wording that blames a person. */
export function GapsPanel({ postmortem: { gaps, wording } }: { postmortem: Postmortem }) {
  return (
    <Panel title="Gaps" definition={gaps.length === 0 ? 'none found' : `${gaps.length} to close`}>
      <ul className="grid gap-1.5 text-small">
        {gaps.map(({ section, sentence }) => (
          <li key={`${section} ${sentence}`} className="text-t2">
            <StatusIcon status="watch" label="needs a look" />{' '}
            <span className="text-t1">{SECTION_TITLES[section]}:</span> {sentence}
          </li>
        ))}
        {wording.map(({ section, words, advice }) => (
          <li key={`${section} ${words}`} className="text-t2">
            <StatusIcon status="unknown" label="wording" /> <span className="text-t1">{SECTION_TITLES[section]}:</span>{' '}
            <q>{words}</q> {advice}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
