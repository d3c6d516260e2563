import 'server-only';
import { lookup as resolve } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { refusedAddress } from './address';

/** The address that a name leads to is one that nothing is sent to. */
export class RefusedAddress extends Error {
  constructor(
    readonly address: string,
    readonly what: string,
  ) {
    super(`${address} is ${what}`);
  }

  /**
   * For a person: why nothing was sent, and what would allow it.
   * @param sent "webhooks", "checks"
   * @param allow what to set in windsock.yaml, "allowLinkLocal for this endpoint"
   */
  sentence(sent: string, allow: string): string {
    return `Its name leads to ${this.address}, ${this.what}, which ${sent} are not sent to. If that is meant, set ${allow} in windsock.yaml.`;
  }
}

export interface Post {
  headers: Readonly<Record<string, string | number>>;
  body: Buffer;
  signal: AbortSignal;
  /** Without the check of addresses. */
  allowLinkLocal: boolean;
}

/**
 * Sends something once to an address that somebody configured, and gives the answer as it begins. The address is checked
 * at the moment of connecting, so that a name cannot answer differently to the check and to the call; no redirect is
 * followed, so that nothing goes where nobody configured. Throws RefusedAddress, the signal's reason, or what the network said.
 */
export async function post(to: string, { headers, body, signal, allowLinkLocal }: Post): Promise<IncomingMessage> {
  const url = new URL(to);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const refused = allowLinkLocal || isIP(host) === 0 ? null : refusedAddress(host);
  if (refused !== null) throw new RefusedAddress(host, refused);
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    // A connection of its own: none that the other side may be closing this very moment.
    agent: false,
    signal,
    ...(allowLinkLocal ? {} : { lookup: checkedLookup }),
    headers: { ...headers, 'content-length': body.length },
  });
  return new Promise((done, fail) => {
    request.on('response', done);
    request.on('error', fail);
    request.end(body);
  });
}

/** Looks a name up as Node does and refuses what it may not lead to: what is checked is what is connected to. */
const checkedLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    for (const { address } of addresses) {
      const what = refusedAddress(address);
      if (what !== null) return callback(new RefusedAddress(address, what), []);
    }
    const first = addresses[0];
    if (options.all || first === undefined) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};
