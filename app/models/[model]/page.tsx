import type { Metadata } from 'next';
import { ModelPage } from '@/components/model/ModelPage';

type Props = { params: Promise<{ model: string }> };

/** A path segment as it was meant; one that is not valid percent-encoding is shown as it is. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decode((await params).model).slice(0, 80) };
}

export default async function Page({ params }: Props) {
  return <ModelPage model={decode((await params).model)} />;
}
