'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/Button';
import { Input } from '@/components/ui/Field';
import { Panel } from '@/components/ui/Panel';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { readWhatIf, WHAT_IF_KEYS } from '@/lib/contracts/compare-what-if';
import { PolicyTerms } from './PolicyTerms';
import type { ComparePatch } from './use-compare';

type Key = (typeof WHAT_IF_KEYS)[number];

const FIELDS: readonly { key: Key; label: string; read: (policy: ComparePolicy) => number | null; expects: string }[] =
  [
    { key: 'p95', label: 'P95 may rise, %', read: (p) => p.maxP95IncreaseRatio * 100, expects: '0 to 10 000' },
    { key: 'errors', label: 'Errors may rise, points', read: (p) => p.maxErrorIncrease * 100, expects: '0 to 100' },
    { key: 'quality', label: 'Quality may fall, points', read: (p) => p.maxQualityDrop * 100, expects: '0 to 100' },
    { key: 'requests', label: 'Least requests a side', read: (p) => p.minRequests, expects: 'a whole number' },
    { key: 'minutes', label: 'Least minutes', read: (p) => p.minMinutes, expects: 'a number' },
    {
      key: 'share',
      label: 'Challenger’s configured share, %',
      read: (p) => (p.challengerShare === null ? null : p.challengerShare * 100),
      expects: 'more than 0 and less than 100',
    },
  ];

const write = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(12))));

/** The policy in force, and a copy to try: the verdict changes on this page and in its address, and nowhere else. */
export function PolicyPanel({
  configured,
  policy,
  isEdited,
  onChange,
}: {
  configured: ComparePolicy;
  policy: ComparePolicy;
  isEdited: boolean;
  onChange: (patch: ComparePatch) => void;
}) {
  const [isOpen, setOpen] = useState(isEdited);
  const clear = () => onChange(Object.fromEntries(WHAT_IF_KEYS.map((key) => [key, null])));
  return (
    <Panel
      title="Policy"
      definition={isEdited ? 'an edited copy, not saved' : 'as configured'}
      actions={
        isEdited ? (
          <Button look="quiet" onClick={clear}>
            Back to configured
          </Button>
        ) : undefined
      }
    >
      <PolicyTerms policy={policy} />
      <Button className="mt-2" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        What if…
      </Button>
      {isOpen ? (
        <div className="mt-1 grid grid-cols-2 items-end gap-2 sm:grid-cols-3 sm:items-start">
          {FIELDS.map((field) => (
            <PolicyField
              key={`${field.key} ${write(field.read(policy))}`}
              field={field}
              policy={policy}
              configured={configured}
              onChange={onChange}
            />
          ))}
        </div>
      ) : null}
    </Panel>
  );
}

function PolicyField({
  field: { key, label, expects, read },
  policy,
  configured,
  onChange,
}: {
  field: (typeof FIELDS)[number];
  policy: ComparePolicy;
  configured: ComparePolicy;
  onChange: (patch: ComparePatch) => void;
}) {
  const [text, setText] = useState(write(read(policy)));
  const isEmpty = text.trim() === '';
  const isRead = isEmpty || readWhatIf(key, text) !== null;
  const apply = () => {
    if (!isRead) return;
    onChange({ [key]: isEmpty || text.trim() === write(read(configured)) ? null : text.trim() });
    if (isEmpty) setText(write(read(configured)));
  };
  return (
    <Input
      label={label}
      inputMode="decimal"
      value={text}
      error={isRead ? undefined : `Expected ${expects}.`}
      onChange={(event) => setText(event.target.value)}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply();
      }}
    />
  );
}
