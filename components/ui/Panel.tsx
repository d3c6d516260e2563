'use client';

import { clsx } from 'clsx';
import {
  ChartLine,
  CircleHelp,
  Download,
  Image as ImageIcon,
  Maximize2,
  Minimize2,
  Pin as PinIcon,
  Table2,
} from 'lucide-react';
import dynamic from 'next/dynamic';
import { type ReactNode, useId, useMemo, useState } from 'react';
import { openDialog } from '@/components/shell/dialogs';
import type { Why } from '@/lib/contracts/why';
import { IconButton } from './Button';
import { downloadCsv, downloadPng } from './download';
import { useFrozen } from './frozen';
import { PanelContext, type PanelTools } from './panel-tools';
import { type Pin, usePin, usePinnable, usePinnablePanel } from './pin';

const WhyDrawer = dynamic(() => import('./WhyDrawer').then((file) => file.WhyDrawer), { ssr: false });

export interface PanelProps {
  title: string;
  /** What is shown, of which metric, by which step: the line under the title. */
  definition?: ReactNode;
  /** The queries behind the panel, once they are answered. */
  why?: readonly Why[];
  /** What it is kept as when it is pinned; absent: as the answer it is a part of, where it is one. */
  pin?: Pin | undefined;
  /** Actions of the panel's own, always visible. */
  actions?: ReactNode;
  /** Least height of the body, pixels, so that loading shifts nothing. */
  height?: number;
  className?: string;
  children: ReactNode;
}

/**
 * A panel is one query: title, definition, body, and on hover and focus its actions: why, pin, table, CSV, PNG, larger.
 * The content offers table and PNG by itself (charts and tables of this folder do).
 */
export function Panel({ title, definition, why, pin, actions, height, className, children }: PanelProps) {
  const titleId = useId();
  const [tools, setTools] = useState<PanelTools | null>(null);
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const [isExpanded, setExpanded] = useState(false);
  const [isWhyOpen, setWhyOpen] = useState(false);
  const frame = useMemo(() => ({ view, isExpanded, offer: setTools }), [view, isExpanded]);
  const table = tools?.table;
  const png = tools?.png;
  // A frozen copy is kept already.
  const asked = usePin(pin);
  const kept = useFrozen() === null ? asked : null;
  const panel = usePinnablePanel(title, kept);
  const pinnable = usePinnable(panel);

  return (
    <section
      {...pinnable}
      aria-labelledby={titleId}
      className={clsx(
        'group/panel relative min-w-0 rounded-panel border border-line bg-panel p-3',
        isExpanded && 'col-span-full',
        className,
      )}
    >
      <header className="mb-2 flex min-h-7 items-start gap-2">
        <div className="min-w-0 flex-1 py-1">
          <h2 id={titleId} className="inline text-body font-semibold text-t1">
            {title}
          </h2>
          {definition === undefined ? null : <p className="ml-2 inline text-small text-t3">{definition}</p>}
        </div>
        <div className={clsx('flex flex-wrap justify-end', actions !== undefined && 'relative')}>
          <div
            data-noprint
            className={clsx(
              'absolute flex rounded-panel bg-panel opacity-0 transition-opacity focus-within:opacity-100 group-hover/panel:opacity-100 [@media(hover:none)]:static [@media(hover:none)]:opacity-100',
              // Beside the panel's own actions, never over them.
              actions === undefined ? 'top-2.5 right-2' : 'top-0 right-full',
            )}
          >
            {why === undefined || why.length === 0 ? null : (
              <IconButton label={`Why: ${title}`} onClick={() => setWhyOpen(true)}>
                <CircleHelp size={14} aria-hidden />
              </IconButton>
            )}
            {panel === null ? null : (
              <IconButton
                label={`Pin: ${title}`}
                aria-keyshortcuts="p"
                onClick={() => openDialog({ kind: 'pin', panel })}
              >
                <PinIcon size={14} aria-hidden />
              </IconButton>
            )}
            {tools?.hasTableView ? (
              <IconButton
                label={view === 'table' ? `Show as chart: ${title}` : `Show as table: ${title}`}
                onClick={() => setView(view === 'table' ? 'chart' : 'table')}
              >
                {view === 'table' ? <ChartLine size={14} aria-hidden /> : <Table2 size={14} aria-hidden />}
              </IconButton>
            ) : null}
            {table === undefined ? null : (
              <IconButton label={`Download CSV: ${title}`} onClick={() => void downloadCsv(title, table())}>
                <Download size={14} aria-hidden />
              </IconButton>
            )}
            {png === undefined || view === 'table' ? null : (
              <IconButton label={`Download PNG: ${title}`} onClick={() => downloadPng(title, png())}>
                <ImageIcon size={14} aria-hidden />
              </IconButton>
            )}
            <IconButton
              label={isExpanded ? `Smaller: ${title}` : `Larger: ${title}`}
              aria-expanded={isExpanded}
              className="max-sm:hidden"
              onClick={() => setExpanded(!isExpanded)}
            >
              {isExpanded ? <Minimize2 size={14} aria-hidden /> : <Maximize2 size={14} aria-hidden />}
            </IconButton>
          </div>
          {actions}
        </div>
      </header>
      <PanelContext value={frame}>
        <div style={{ minHeight: height }}>{children}</div>
      </PanelContext>
      {isWhyOpen && why !== undefined ? (
        <WhyDrawer
          title={title}
          why={why}
          onClose={() => setWhyOpen(false)}
          onCsv={table === undefined ? undefined : () => void downloadCsv(title, table())}
          onPng={png === undefined ? undefined : () => downloadPng(title, png())}
        />
      ) : null}
    </section>
  );
}
