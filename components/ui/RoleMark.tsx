import type { Role } from '@/lib/contracts/fleet';

const MARK: Readonly<Record<Role, { text: string; className: string }>> = {
  champion: { text: '●', className: 'text-champion' },
  challenger: { text: '◆', className: 'text-challenger' },
  other: { text: '○', className: 'text-t3' },
};

/** Mark of a version's role; the same on every page. The role is read out; write it beside the mark where there is room. */
export function RoleMark({ role }: { role: Role }) {
  const { text, className } = MARK[role];
  return (
    <span className={`keeps-colour inline-block w-3 text-center text-[11px] ${className}`}>
      <span aria-hidden>{text}</span>
      <span className="sr-only">{role}</span>
    </span>
  );
}
