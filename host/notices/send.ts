/** Sends one notification over HTTP: through the host's proxy, and only to the address that was confirmed. */
import { fetch } from 'undici';
import { OutboundDispatcher } from '../../worker/outbound/outbound-dispatcher.ts';
import type { ProxyPolicy } from '../../worker/outbound/proxy-policy.ts';
import type { NoticeRequest } from './requests.ts';

const WITHIN_MS = 15_000;

export type SendOutcome =
  | { readonly kind: 'sent' }
  /** Retrying would give the same answer. */
  | { readonly kind: 'refused'; readonly status: number }
  /** 0 = it did not say when. */
  | { readonly kind: 'later'; readonly status: number | null; readonly retryAfterMs: number };

export type Send = (request: NoticeRequest, signal: AbortSignal) => Promise<SendOutcome>;

/** Only the status of the answer is read, and redirects are not followed. */
export function createSender(policy: () => Promise<ProxyPolicy>): Send {
  return async ({ url, headers, body }, signal) => {
    const dispatcher = new OutboundDispatcher({ policy: await policy() });
    try {
      const either = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]);
      const { status, headers: answered } = await fetch(url, {
        ...{ method: 'POST', headers, body, redirect: 'manual', signal: either, dispatcher },
      });
      if (status >= 200 && status < 300) return { kind: 'sent' };
      if (status !== 408 && status !== 425 && status !== 429 && status < 500) return { kind: 'refused', status };
      const seconds = Number(answered.get('retry-after') ?? 0);
      return { kind: 'later', status, retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0 };
    } catch (error) {
      if (signal.aborted) throw error;
      return { kind: 'later', status: null, retryAfterMs: 0 };
    } finally {
      await dispatcher.destroy();
    }
  };
}
