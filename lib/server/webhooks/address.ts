import 'server-only';
import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Addresses that no webhook is sent to unless the configuration allows it: whoever can name an address of an endpoint
 * must not be able to make the console ask its own cloud for credentials. Loopback and private networks are allowed:
 * that is where most endpoints of a cluster live.
 */
const REFUSED: readonly { what: string; subnets: readonly [string, number][] }[] = [
  {
    what: 'an address of cloud metadata',
    subnets: [
      // AWS, Azure, Google and others; Alibaba; Azure's host agent; Oracle; AWS and Google over IPv6.
      ['169.254.169.254', 32],
      ['100.100.100.200', 32],
      ['168.63.129.16', 32],
      ['192.0.0.192', 32],
      ['fd00:ec2::254', 128],
      ['fd20:ce::254', 128],
    ],
  },
  {
    what: 'a link-local address',
    subnets: [
      ['169.254.0.0', 16],
      ['fe80::', 10],
    ],
  },
  // Given up, and routed nowhere that is meant: RFC 3879; what a tunnel of RFC 4380 leads to is nobody's to say.
  { what: 'a site-local address', subnets: [['fec0::', 10]] },
  { what: 'an address of a Teredo tunnel', subnets: [['2001::', 32]] },
  {
    what: 'no address of a host',
    subnets: [
      ['0.0.0.0', 8],
      // Assignments of the protocol itself, RFC 6890.
      ['192.0.0.0', 24],
      ['224.0.0.0', 4],
      ['240.0.0.0', 4],
      ['::', 128],
      ['ff00::', 8],
    ],
  },
];

const LISTS = REFUSED.map(({ what, subnets }) => {
  const list = new BlockList();
  for (const [address, bits] of subnets) list.addSubnet(address, bits, isIPv6(address) ? 'ipv6' : 'ipv4');
  return { what, list };
});

/** The IPv4 address that an IPv6 address carries (mapped, translated, compatible, NAT64, 6to4); null when it carries none. */
function carriedIpv4(address: string): string | null {
  // The URL parser writes every form of an address in one: eight groups, zeros shortened, digits in lower case.
  const written = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
  const [head = '', tail = ''] = written.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === '' ? [] : tail.split(':');
  const zeros = written.includes('::') ? Array.from({ length: 8 - first.length - last.length }, () => '0') : [];
  const groups = [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16));
  const ipv4 = (high = 0, low = 0) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const isZero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0);
  if (isZero(0, 5) && (groups[5] === 0xffff || (groups[5] === 0 && (groups[6] ?? 0) > 0)))
    return ipv4(groups[6], groups[7]);
  if (isZero(0, 4) && groups[4] === 0xffff && groups[5] === 0) return ipv4(groups[6], groups[7]);
  if (groups[0] === 0x64 && groups[1] === 0xff9b) return ipv4(groups[6], groups[7]);
  return groups[0] === 0x2002 ? ipv4(groups[1], groups[2]) : null;
}

/** Why an IP address is refused, "a link-local address"; null when it may be called. */
export function refusedAddress(address: string): string | null {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0) return null;
  const inside = LISTS.find(({ list }) => list.check(plain, family === 6 ? 'ipv6' : 'ipv4'));
  if (inside !== undefined) return inside.what;
  const carried = family === 6 ? carriedIpv4(plain) : null;
  return carried === null ? null : refusedAddress(carried);
}
