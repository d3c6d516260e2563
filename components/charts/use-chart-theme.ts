'use client';

import { useTheme } from 'next-themes';
import type { ThemeName } from '@/lib/charts/palette';

/** The theme in force, for what is painted on canvas; changes re-render. */
export function useChartTheme(): ThemeName {
  const { resolvedTheme } = useTheme();
  return resolvedTheme === 'light' ? 'light' : 'dark';
}
