import { redirect } from 'next/navigation';

/** The name people type; the first page of its tabs. */
export default function Page() {
  redirect('/settings/sources');
}
