'use client';

import { useUrlParam } from '@/components/ui/use-url-param';

/** The objective whose details are open, as `<model>/<name>` in the address; null for none. */
export const useObjective = () => useUrlParam('objective');
