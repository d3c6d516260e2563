'use client';

import { useQuery } from '@tanstack/react-query';
import { ChevronsUpDown } from 'lucide-react';
import dynamic from 'next/dynamic';
import { usePathname, useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/Button';
import { Popover } from '@/components/ui/Popover';
import { fleetChoicesQuery } from '@/lib/queries/fleet-choices';
import { useView } from './use-view';

// Loaded when first opened: a name is all that most readings need.
const ModelList = dynamic(() => import('./ModelLists').then((file) => file.ModelList), { ssr: false });
const VersionList = dynamic(() => import('./ModelLists').then((file) => file.VersionList), { ssr: false });

/** Models with traffic in the range, and the versions of the one looked at. */
export function useModelChoices() {
  const { range } = useView();
  return useQuery(fleetChoicesQuery({ startMs: range.startMs, endMs: range.endMs }));
}

/** The model looked at. Choosing one opens its page; "all models" is the Overview. */
export function ModelChoice() {
  const { view, href } = useView();
  const pathname = usePathname();
  const router = useRouter();
  const choices = useModelChoices();
  const [isOpen, setOpen] = useState(false);
  const models = choices.data?.models ?? [];
  const current = pathname === '/' ? undefined : view.model;
  const go = (path: string) => {
    setOpen(false);
    router.push(href(path, { versions: [] }));
  };
  const shown = current ?? (choices.data === undefined ? 'all' : `all ${models.length}`);
  return (
    <Popover
      label="Choose a model"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button className="min-w-0">
          <span className="text-t3 max-sm:sr-only">{current === undefined ? 'Models' : 'Model'}</span>
          <span className="max-w-44 truncate font-medium max-sm:max-w-20">{shown}</span>
          <ChevronsUpDown size={11} aria-hidden className="shrink-0 text-t3" />
        </Button>
      }
    >
      <ModelList choices={choices} current={current} onChoose={go} />
    </Popover>
  );
}

/** The versions shown, of the model looked at; none chosen means all. */
export function VersionChoice() {
  const { view, setView } = useView();
  const pathname = usePathname();
  const choices = useModelChoices();
  const [isOpen, setOpen] = useState(false);
  const versions = choices.data?.models.find(({ model }) => model === view.model)?.versions ?? [];
  if (view.model === undefined || pathname === '/' || (versions.length < 2 && view.versions.length === 0)) return null;
  const toggle = (version: string) => {
    const next = view.versions.includes(version)
      ? view.versions.filter((each) => each !== version)
      : [...view.versions, version];
    setView({ versions: next.length === versions.length ? [] : next });
  };
  const shown = view.versions.length === 0 ? `all ${versions.length}` : view.versions.join(', ');
  return (
    <Popover
      label="Choose versions"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button className="min-w-0">
          <span className="text-t3 max-lg:sr-only">Versions</span>
          <span className="max-w-32 truncate font-medium max-sm:max-w-14">{shown}</span>
          <ChevronsUpDown size={11} aria-hidden className="shrink-0 text-t3" />
        </Button>
      }
    >
      <VersionList
        versions={versions}
        chosen={view.versions}
        onAll={() => setView({ versions: [] })}
        onToggle={toggle}
      />
    </Popover>
  );
}
