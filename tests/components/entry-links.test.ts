import { expect, it } from 'vitest';
import { withEntryLinks, withReferenceLinks } from '@/components/postmortem/entry-links';

it('references to the timeline become links that stand apart from words and from each other', () => {
  expect(withEntryLinks('slow[^e1][^e2], as [^i7e3].', '4')).toBe(
    'slow [e1](/incidents/4?entry=e1) [e2](/incidents/4?entry=e2), as [i7e3](/incidents/7?entry=i7e3).',
  );
  // On paper they lead to the list at its end.
  expect(withReferenceLinks('slow[^e1].')).toBe('slow [e1](#e1).');
});
