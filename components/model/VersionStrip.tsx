'use client';

import { useView } from '@/components/shell/use-view';
import { RoleMark } from '@/components/ui/RoleMark';
import { StatusWord } from '@/components/ui/Status';
import type { ModelRow, Quantile } from '@/lib/contracts/fleet';
import { formatMs, formatRate, formatRatioPercent } from '@/lib/domain/format';

const quantileText = ({ ms, atLeast }: Quantile): string => `${atLeast ? 'at least ' : ''}${formatMs(ms)}`;

/** The versions that answer now, as buttons that narrow every panel of the page to them. */
export function VersionStrip({ row }: { row: ModelRow }) {
  const { view, setView } = useView();
  const toggle = (version: string) => {
    const isChosen = view.versions.includes(version);
    setView({ versions: isChosen ? view.versions.filter((one) => one !== version) : [...view.versions, version] });
  };
  return (
    <ul className="flex flex-wrap gap-2" aria-label="Versions">
      {row.versions.map((version) => (
        <li key={version.version} className="min-w-0 max-w-full">
          <button
            type="button"
            aria-pressed={view.versions.includes(version.version)}
            onClick={() => toggle(version.version)}
            className="flex max-w-full flex-wrap items-baseline gap-x-3 gap-y-0.5 rounded-panel border border-line bg-panel px-3 py-1.5 text-left text-small hover:bg-raised aria-pressed:border-accent"
          >
            <span className="truncate">
              <RoleMark role={version.role} /> <span className="font-semibold text-t1">{version.version}</span>{' '}
              <span className="text-t3">
                {version.role === 'other' ? '' : version.role}{' '}
                {version.share === null ? '' : formatRatioPercent(version.share)}
              </span>
            </span>
            <StatusWord status={version.status} word={version.word} />
            <span className="text-t2">
              {formatRate(version.requestsPerSecond)} <span className="text-t3">errors</span>{' '}
              {formatRatioPercent(version.errorRatio)} <span className="text-t3">P95</span> {quantileText(version.p95)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
