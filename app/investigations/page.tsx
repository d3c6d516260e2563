import type { Metadata } from 'next';
import { InvestigationsPage } from '@/components/investigations/InvestigationsPage';

export const metadata: Metadata = { title: 'Investigations' };

export default function Page() {
  return <InvestigationsPage />;
}
