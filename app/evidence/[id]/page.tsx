import type { Metadata } from 'next';
import { EvidencePage } from '@/components/evidence/EvidencePage';

type Props = { params: Promise<{ id: string }> };

export const metadata: Metadata = { title: 'Evidence' };

export default async function Page({ params }: Props) {
  const { id } = await params;
  return <EvidencePage key={id} id={id} />;
}
