import {
  Activity,
  AudioWaveform,
  BellRing,
  GitCompareArrows,
  type LucideIcon,
  NotebookPen,
  Route,
  ScrollText,
  Settings,
  ShieldCheck,
  Siren,
  Target,
} from 'lucide-react';

export interface NavItem {
  path: string;
  name: string;
  Icon: LucideIcon;
  /** Second key of its shortcut, after g. */
  key: string;
  /** Pages below this path belong to it too. */
  under?: string;
  /** On the bottom line of a phone, which has room for five; the others stand behind "More". */
  onPhone?: boolean;
}

/** The pages there are, in the order of the navigation. A page is one line here. */
export const NAV: readonly NavItem[] = [
  { path: '/', name: 'Overview', Icon: Activity, key: 'o', under: '/models/', onPhone: true },
  { path: '/compare', name: 'Compare', Icon: GitCompareArrows, key: 'c', onPhone: true },
  { path: '/drift', name: 'Drift & quality', Icon: AudioWaveform, key: 'd' },
  { path: '/traces', name: 'Traces', Icon: Route, key: 't', under: '/traces/' },
  { path: '/logs', name: 'Logs', Icon: ScrollText, key: 'l', onPhone: true },
  { path: '/slos', name: 'SLOs', Icon: Target, key: 'b' },
  { path: '/alerts', name: 'Alerts', Icon: BellRing, key: 'a', onPhone: true },
  { path: '/incidents', name: 'Incidents', Icon: Siren, key: 'i', under: '/incidents/', onPhone: true },
  { path: '/investigations', name: 'Investigations', Icon: NotebookPen, key: 'v', under: '/investigations/' },
  { path: '/readiness', name: 'Readiness', Icon: ShieldCheck, key: 'r', under: '/readiness/' },
  { path: '/settings/sources', name: 'Settings', Icon: Settings, key: 's', under: '/settings/' },
];

/** Whether an address belongs to an item, pages below it included. `pathname` without parameters. */
export const isCurrent = (item: NavItem, pathname: string): boolean =>
  pathname === item.path || (item.under !== undefined && pathname.startsWith(item.under));
