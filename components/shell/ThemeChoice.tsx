'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { useTheme } from 'next-themes';
import { IconButton } from '@/components/ui/Button';
import { ChoiceMenu } from '@/components/ui/Menu';

const CHOICES = [
  { value: 'system', name: 'As the system' },
  { value: 'dark', name: 'Dark' },
  { value: 'light', name: 'Light' },
] as const;

const ICON = { system: Monitor, dark: Moon, light: Sun } as const;

/** Dark, light, or as the system says. */
export function ThemeChoice() {
  const { theme, setTheme } = useTheme();
  const value = theme === 'dark' || theme === 'light' ? theme : 'system';
  const Icon = ICON[value];
  return (
    <ChoiceMenu
      label="Theme"
      value={value}
      choices={CHOICES}
      onChoose={setTheme}
      trigger={
        <IconButton label="Theme">
          <Icon size={14} aria-hidden />
        </IconButton>
      }
    />
  );
}
