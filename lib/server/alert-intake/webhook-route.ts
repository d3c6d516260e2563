import 'server-only';
import { NoParams } from '@/lib/contracts/params';
import { getConfig } from '../config';
import { db } from '../db';
import { AppError } from '../errors';
import { log } from '../log';
import type { RouteHandler } from '../route';
import { claimsSignature, isSigned, showsSecret } from './authenticate';
import { readBody } from './body';
import { type AlertSource, receiveDelivery } from './receive';

const RETRY_AFTER_S = '10';

const refused = (message: string): Response =>
  Response.json(
    { error: { code: 'unauthorized', message } },
    { status: 401, headers: { 'cache-control': 'no-store' } },
  );

/**
 * A route that takes alerts in. It has a wrapper of its own because a sender counts differently from a reader:
 * Alertmanager sends again what was answered with 5xx and drops what was answered with 4xx. So nobody who shows the secret
 * is ever refused: what cannot be stored is 503, and what cannot be read is stored as it came. The secret is looked at
 * before the body, and there is no cookie a foreign page could borrow, so host and origin need not be.
 */
export function webhookRoute(source: AlertSource): RouteHandler {
  const handler = async (request: Request): Promise<Response> => {
    try {
      const config = getConfig().webhooks.in;
      const sender = config[source];
      if (sender === null) {
        const sentence = `This console takes no alerts from ${source} in: webhooks.in.${source}.secret is not configured.`;
        throw new AppError('storage_unavailable', sentence);
      }
      const isShown = showsSecret(request.headers, sender);
      if (!isShown && !claimsSignature(request.headers, sender)) return refused('This webhook needs its secret.');
      const body = await readBody(request, config.maxBodyBytes);
      if (!isShown && !isSigned(body.bytes, request.headers, sender, Date.now())) {
        return refused('The signature of this body is not one of this webhook, or it is too old.');
      }
      const contentType = request.headers.get('content-type') ?? '';
      const receipt = await receiveDelivery({ source, body, contentType }, { database: db(), nowMs: Date.now() });
      return Response.json(receipt, { headers: { 'cache-control': 'no-store' } });
    } catch (err) {
      log.error({ err, source }, 'A delivery of alerts was not stored; its sender is told to send it again.');
      const known = err instanceof AppError ? err : null;
      const message = known?.message ?? 'The console could not store this delivery. Send it again.';
      return Response.json(
        { error: { code: 'storage_unavailable', message } },
        { status: 503, headers: { 'cache-control': 'no-store', 'retry-after': RETRY_AFTER_S } },
      );
    }
  };
  return Object.assign(handler, { permission: 'alerts:deliver' as const, schema: NoParams });
}
