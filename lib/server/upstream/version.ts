import 'server-only';

/** Major and minor of a version text ("3.5.3+ds1", "v2.8"); null for builds without a number ("HEAD-1a2b", ""). */
function parseVersion(text: string | null): { major: number; minor: number } | null {
  const match = /^v?(\d{1,4})\.(\d{1,4})/.exec(text ?? '');
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : null;
}

/** Whether a version is the wanted one or newer. A build without a number counts as the newest. */
export function atLeast(text: string | null, wanted: string): boolean {
  const have = parseVersion(text);
  const want = parseVersion(wanted);
  if (have === null || want === null) return true;
  return have.major > want.major || (have.major === want.major && have.minor >= want.minor);
}
