'use client';

import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Check, ChevronsUpDown } from 'lucide-react';
import { usePathname, useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/Button';
import { Popover } from '@/components/ui/Popover';
import { RoleMark } from '@/components/ui/RoleMark';
import { fleetChoicesQuery } from '@/lib/queries/fleet-choices';
import { useView } from './use-view';
import { modelPath } from './view-address';

export const COMMAND_ITEM =
  'flex h-7 cursor-pointer items-center gap-2 rounded-sm px-2 text-t1 data-[selected=true]:bg-raised data-[disabled=true]:opacity-50';
export const COMMAND_INPUT =
  'h-8 w-full border-line border-b bg-transparent px-3 text-small outline-none placeholder:text-t3 focus-visible:outline-none';

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
      <Command label="Models" className="w-72 max-w-full">
        <Command.Input placeholder="Find a model" className={COMMAND_INPUT} />
        <Command.List className="p-1">
          <Command.Empty className="p-2 text-t2">
            {choices.isPending
              ? 'Asking the sources…'
              : (choices.error?.message ?? 'No model of this name has traffic in this range.')}
          </Command.Empty>
          <Command.Item value="all models" onSelect={() => go('/')} className={COMMAND_ITEM}>
            <Check size={13} aria-hidden className={current === undefined ? '' : 'invisible'} /> all models
          </Command.Item>
          {models.map(({ model, versions }) => (
            <Command.Item
              key={model}
              value={`model ${model}`}
              onSelect={() => go(modelPath(model))}
              className={COMMAND_ITEM}
            >
              <Check size={13} aria-hidden className={current === model ? 'shrink-0' : 'invisible shrink-0'} />
              <span className="truncate">{model}</span>
              <span className="ml-auto whitespace-nowrap text-t3">
                {versions.length} {versions.length === 1 ? 'version' : 'versions'}
              </span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
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
      <Command label="Versions" className="w-60 max-w-full">
        <Command.Input placeholder="Find a version" className={COMMAND_INPUT} />
        <Command.List className="p-1">
          <Command.Empty className="p-2 text-t2">No version of this name has traffic in this range.</Command.Empty>
          <Command.Item value="all versions" onSelect={() => setView({ versions: [] })} className={COMMAND_ITEM}>
            <Check size={13} aria-hidden className={view.versions.length === 0 ? '' : 'invisible'} /> all versions
          </Command.Item>
          {versions.map(({ version, role }) => (
            <Command.Item
              key={version}
              value={`version ${version}`}
              onSelect={() => toggle(version)}
              aria-checked={view.versions.includes(version)}
              className={COMMAND_ITEM}
            >
              <Check
                size={13}
                aria-hidden
                className={view.versions.includes(version) ? 'shrink-0' : 'invisible shrink-0'}
              />
              <RoleMark role={role} />
              <span className="truncate">{version}</span>
              <span className="ml-auto text-t3">{role === 'other' ? '' : role}</span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </Popover>
  );
}
