import type { Metadata } from 'next';
import { SlosPage } from '@/components/slo/SlosPage';

export const metadata: Metadata = { title: 'SLOs' };

export default function Page() {
  return <SlosPage />;
}
