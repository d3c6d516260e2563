import type { Metadata } from 'next';
import { TracePage } from '@/components/trace/TracePage';

type Props = { params: Promise<{ traceId: string }> };

/** A path segment as it was meant; one that is not valid percent-encoding is shown as it is. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Trace ${decode((await params).traceId).slice(0, 32)}` };
}

export default async function Page({ params }: Props) {
  const traceId = decode((await params).traceId);
  return <TracePage key={traceId} traceId={traceId} />;
}
