import type { Metadata } from 'next';
import { RequestPage } from '@/components/requests/RequestPage';

type Props = { params: Promise<{ requestId: string }> };

/** A path segment as it was meant; one that is not valid percent-encoding is shown as it is. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Request ${decode((await params).requestId).slice(0, 80)}` };
}

export default async function Page({ params }: Props) {
  const requestId = decode((await params).requestId);
  return <RequestPage key={requestId} requestId={requestId} />;
}
