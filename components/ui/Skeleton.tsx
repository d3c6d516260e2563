/** Holds the place of what is being asked: the final size, and after a moment the words. Nothing flashes. */
export function Skeleton({ height, words = 'Asking the sources…' }: { height: number; words?: string }) {
  return (
    <div role="status" className="grid place-items-center rounded-sm" style={{ height }}>
      <span className="appear-late text-small text-t3">{words}</span>
    </div>
  );
}
