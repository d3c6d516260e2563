import { ViewLink } from '@/components/shell/ViewLink';

export default function NotFound() {
  return (
    <div className="grid max-w-[640px] gap-2">
      <h1 className="font-semibold text-title">There is no such page</h1>
      <p className="text-t2">The address may be cut off, or the page may belong to a newer version of the console.</p>
      <p>
        <ViewLink to="/" className="link">
          Go to the Overview
        </ViewLink>
      </p>
    </div>
  );
}
