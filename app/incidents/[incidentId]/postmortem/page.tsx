import type { Metadata } from 'next';
import { PostmortemPage } from '@/components/postmortem/PostmortemPage';

type Props = { params: Promise<{ incidentId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Postmortem ${(await params).incidentId.slice(0, 40)}` };
}

export default async function Page({ params }: Props) {
  const { incidentId } = await params;
  return <PostmortemPage key={incidentId} incidentId={incidentId} />;
}
