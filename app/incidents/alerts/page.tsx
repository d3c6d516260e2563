import type { Metadata } from 'next';
import { LedgerPage } from '@/components/incidents/LedgerPage';

export const metadata: Metadata = { title: 'Webhook ledger' };

export default function Page() {
  return <LedgerPage />;
}
