import type { Metadata } from 'next';
import { IncidentPage } from '@/components/incidents/IncidentPage';

type Props = { params: Promise<{ incidentId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Incident ${(await params).incidentId.slice(0, 40)}` };
}

export default async function Page({ params }: Props) {
  const { incidentId } = await params;
  return <IncidentPage key={incidentId} incidentId={incidentId} />;
}
