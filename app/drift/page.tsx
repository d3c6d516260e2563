import type { Metadata } from 'next';
import { DriftPage } from '@/components/drift/DriftPage';

export const metadata: Metadata = { title: 'Drift & quality' };

export default function Page() {
  return <DriftPage />;
}
