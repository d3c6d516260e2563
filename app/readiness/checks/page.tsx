import type { Metadata } from 'next';
import { ChecksPage } from '@/components/synthetic/ChecksPage';

export const metadata: Metadata = { title: 'Synthetic checks' };

export default function Page() {
  return <ChecksPage />;
}
