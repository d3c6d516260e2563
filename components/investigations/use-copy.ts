'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useView } from '@/components/shell/use-view';
import { announce } from '@/components/ui/announce';
import { copyInvestigation } from '@/lib/queries/investigations';
import { investigationPath } from './words';

/** Duplicates an investigation, its cells live again where they can be, and opens the copy. */
export function useCopy() {
  const client = useQueryClient();
  const router = useRouter();
  const { href } = useView();
  const copy = useMutation(copyInvestigation(client));
  // The same until it is there: a second press is the same copy.
  const [id, setId] = useState(() => crypto.randomUUID());
  const duplicate = (investigationId: string) =>
    copy.mutate(
      { investigationId, id },
      {
        onSuccess: ({ number, title }) => {
          setId(crypto.randomUUID());
          announce(`Duplicated as “${title}”`);
          router.push(href(investigationPath(number)));
        },
      },
    );
  return { duplicate, isPending: copy.isPending, error: copy.error };
}
