import type { Metadata } from 'next';
import { InvestigationPage } from '@/components/investigations/InvestigationPage';

type Props = { params: Promise<{ investigationId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Investigation ${(await params).investigationId.slice(0, 40)}` };
}

export default async function Page({ params }: Props) {
  const { investigationId } = await params;
  return <InvestigationPage key={investigationId} investigationId={investigationId} />;
}
