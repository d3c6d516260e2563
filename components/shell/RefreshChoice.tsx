'use client';

import { Pause, Play } from 'lucide-react';
import { Button } from '@/components/ui/Button';
import { ChoiceMenu } from '@/components/ui/Menu';
import { useHidden } from './clock';
import { useView } from './use-view';

const CHOICES = [
  { value: 'off', name: 'Off' },
  { value: '15s', name: 'Every 15 s' },
  { value: '30s', name: 'Every 30 s' },
  { value: '1m', name: 'Every minute' },
  { value: '5m', name: 'Every 5 minutes' },
] as const;

const SHORT = { off: 'off', '15s': '15 s', '30s': '30 s', '1m': '1 min', '5m': '5 min' } as const;

/** How often the page asks again; says when it does not. */
export function RefreshChoice() {
  const { view, isLive, setView } = useView();
  const isHidden = useHidden();
  const isPaused = view.refresh === 'off' || !isLive || isHidden;
  const Icon = isPaused ? Pause : Play;
  const state = isLive ? (isHidden ? 'paused' : SHORT[view.refresh]) : 'fixed range';
  return (
    <ChoiceMenu
      label="Live refresh"
      value={view.refresh}
      choices={CHOICES}
      onChoose={(refresh) => setView({ refresh }, { replace: true })}
      note={
        isLive
          ? 'A hidden tab asks nothing.'
          : 'The range ends at a fixed time, so nothing is asked again. Choose a relative range to follow.'
      }
      trigger={
        <Button>
          <Icon size={11} aria-hidden className="text-t3" />
          <span className="text-t2 max-lg:sr-only">Live</span>
          <span className="max-sm:sr-only">{state}</span>
        </Button>
      }
    />
  );
}
