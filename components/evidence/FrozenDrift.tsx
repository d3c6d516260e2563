'use client';

import { Drift } from '@/components/drift/DriftPage';
import type { DrawnDocument } from './answer-of';

/** The drift of a model as it was, with what was open of it. */
export const FrozenDrift = ({ document }: { document: DrawnDocument }) => <Drift model={document.model ?? ''} />;
