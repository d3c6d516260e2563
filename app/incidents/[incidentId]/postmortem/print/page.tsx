import type { Metadata } from 'next';
import { PrintPage } from '@/components/postmortem/PrintPage';

type Props = { params: Promise<{ incidentId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Postmortem ${(await params).incidentId.slice(0, 40)}, to print` };
}

export default async function Page({ params }: Props) {
  return <PrintPage incidentId={(await params).incidentId} />;
}
