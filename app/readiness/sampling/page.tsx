import type { Metadata } from 'next';
import { SamplingPage } from '@/components/sampling/SamplingPage';

export const metadata: Metadata = { title: 'Sampling' };

export default function Page() {
  return <SamplingPage />;
}
