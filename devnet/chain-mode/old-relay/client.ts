/** A creator's side of the old relay's API. One attempt per request. Source: CHAIN_MODE 9. */
import type { Hex } from '../../../protocol/hex.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { signRequest } from '../../../protocol/signing/request-signature.ts';
import { readRefusal } from '../../../protocol/wire/envelope.ts';
import { DevnetError } from '../../errors.ts';

export interface OldRelayClient {
  /**
   * Once per task, while it is Started. @throws DevnetError DEVNET_RELAY_REFUSED, DEVNET_RELAY_UNREACHABLE, as does the
   * other method
   */
  uploadArguments(commitment: Hex, args: string, signal?: AbortSignal): Promise<void>;
  result(commitment: Hex, index: number, signal?: AbortSignal): Promise<Uint8Array>;
}

const TIMEOUT_MS = 10_000;

export function createOldRelayClient(options: {
  readonly relayUrl: string;
  readonly privateKey: Hex;
  readonly clock: Clock;
}): OldRelayClient {
  const { relayUrl, privateKey, clock } = options;

  const proofOf = (payload: Readonly<Record<string, string>>) => {
    const timestamp = Math.floor(clock.now() / 1000);
    return { timestamp: String(timestamp), signature: signRequest({ payload, timestamp, privateKey }) };
  };

  async function ask(path: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Uint8Array> {
    signal?.throwIfAborted();
    try {
      const limit = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(new URL(path, relayUrl), {
        ...init,
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      if (response.ok) return body;
      const { field, message } = readRefusal(response.status, new TextDecoder().decode(body));
      throw new DevnetError('DEVNET_RELAY_REFUSED', `${path}: ${field}: ${message}`, { field, refusal: message });
    } catch (cause) {
      if (cause instanceof DevnetError) throw cause;
      signal?.throwIfAborted();
      throw new DevnetError('DEVNET_RELAY_UNREACHABLE', `${path}: no answer`, { path }, { cause });
    }
  }

  return {
    async uploadArguments(commitment, args, signal) {
      const proof = proofOf({ task_args: args, task_id_commitment: commitment });
      const body = new URLSearchParams({ task_args: args, ...proof });
      await ask(`/v1/inference_tasks/${commitment}`, { method: 'POST', body }, signal);
    },
    result(commitment, index, signal) {
      const query = new URLSearchParams(proofOf({ index: String(index), task_id_commitment: commitment }));
      return ask(`/v1/inference_tasks/${commitment}/results/${index}?${query}`, {}, signal);
    },
  };
}
