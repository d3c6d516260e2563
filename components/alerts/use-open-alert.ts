'use client';

import { useUrlParam } from '@/components/ui/use-url-param';

/** The alert whose details are open, by its fingerprint; null for none. */
export const useOpenAlert = () => useUrlParam('alert');

/** What stands in the address for a silence that starts from no alert. */
export const NEW_SILENCE = 'new';

/** The alert that is being silenced, by its fingerprint, or `NEW_SILENCE`; null: the form is closed. */
export const useSilencing = () => useUrlParam('silence');
