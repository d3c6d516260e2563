'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Check } from 'lucide-react';
import { RoleMark } from '@/components/ui/RoleMark';
import type { ModelChoices } from '@/lib/contracts/fleet';
import type { ApiError } from '@/lib/queries/api';
import { COMMAND_INPUT, COMMAND_ITEM } from './command-look';
import { modelPath } from './view-address';

export interface ModelListProps {
  choices: UseQueryResult<ModelChoices, ApiError>;
  /** The model looked at; undefined is all of them. */
  current: string | undefined;
  /** Goes to a path: that of a model, or the Overview. */
  onChoose: (path: string) => void;
}

/** Models with traffic in the range, found by typing. */
export function ModelList({ choices, current, onChoose }: ModelListProps) {
  const models = choices.data?.models ?? [];
  return (
    <Command label="Models" className="w-72 max-w-full">
      <Command.Input placeholder="Find a model" className={COMMAND_INPUT} />
      <Command.List className="p-1">
        <Command.Empty className="p-2 text-t2">
          {choices.isPending
            ? 'Asking the sources…'
            : (choices.error?.message ?? 'No model of this name has traffic in this range.')}
        </Command.Empty>
        <Command.Item value="all models" onSelect={() => onChoose('/')} className={COMMAND_ITEM}>
          <Check size={13} aria-hidden className={current === undefined ? '' : 'invisible'} /> all models
        </Command.Item>
        {models.map(({ model, versions }) => (
          <Command.Item
            key={model}
            value={`model ${model}`}
            onSelect={() => onChoose(modelPath(model))}
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
  );
}

export interface VersionListProps {
  versions: ModelChoices['models'][number]['versions'];
  /** None means all. */
  chosen: readonly string[];
  onAll: () => void;
  onToggle: (version: string) => void;
}

/** Versions of a model, each with a tick while it is shown. */
export function VersionList({ versions, chosen, onAll, onToggle }: VersionListProps) {
  return (
    <Command label="Versions" className="w-60 max-w-full">
      <Command.Input placeholder="Find a version" className={COMMAND_INPUT} />
      <Command.List className="p-1">
        <Command.Empty className="p-2 text-t2">No version of this name has traffic in this range.</Command.Empty>
        <Command.Item value="all versions" onSelect={onAll} className={COMMAND_ITEM}>
          <Check size={13} aria-hidden className={chosen.length === 0 ? '' : 'invisible'} /> all versions
        </Command.Item>
        {versions.map(({ version, role }) => (
          <Command.Item
            key={version}
            value={`version ${version}`}
            onSelect={() => onToggle(version)}
            aria-checked={chosen.includes(version)}
            className={COMMAND_ITEM}
          >
            <Check size={13} aria-hidden className={chosen.includes(version) ? 'shrink-0' : 'invisible shrink-0'} />
            <RoleMark role={role} />
            <span className="truncate">{version}</span>
            <span className="ml-auto text-t3">{role === 'other' ? '' : role}</span>
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}
