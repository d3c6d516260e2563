'use client';

import { Drift } from '@/components/drift/DriftPage';
import type { FrozenDocument } from '@/lib/contracts/evidence';

/** The drift of a model as it was, with what was open of it. */
export const FrozenDrift = ({ document }: { document: FrozenDocument }) => <Drift model={document.model ?? ''} />;
