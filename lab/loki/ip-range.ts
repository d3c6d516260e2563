import { BlockList, isIP } from 'node:net';

const CANDIDATE = /[0-9a-fA-F:.]{2,}/g;

/** A test for texts that hold an address in `pattern`: one address, a CIDR block or a range `a-b`. Throws on others. */
export function ipMatcher(pattern: string): (text: string) => boolean {
  const list = new BlockList();
  const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const [address, prefix] = pattern.split('/');
  const [low, high] = pattern.split('-');
  if (address && prefix !== undefined && isIP(address)) list.addSubnet(address, Number(prefix), family(address));
  else if (low && high && isIP(low) && isIP(high)) list.addRange(low, high, family(low));
  else if (isIP(pattern)) list.addAddress(pattern, family(pattern));
  else throw new Error('ip: invalid pattern');
  return (text) => {
    for (const match of text.matchAll(CANDIDATE)) {
      const candidate = match[0].replace(/^[.:]+(?!:)|[.:]+$/g, '');
      if (isIP(candidate) && list.check(candidate, family(candidate))) return true;
    }
    return false;
  };
}
