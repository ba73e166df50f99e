/** Uploads a result's files to a relay of either kind. Source: RELAY_PROTOCOL 3.2, CHAIN_PROTOCOL 8. */
import { openAsBlob } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { FormData } from 'undici';
import type { Hex } from '../../../protocol/hex.ts';
import type { ResultUpload } from '../task-network.ts';
import type { RelayClient } from './relay-client.ts';

/** Bytes copied at a time, so that a large result does not block other work. */
const BLOB_STEP = 4 * 1024 * 1024;

export function taskPath(commitment: Hex): string {
  return `/v1/inference_tasks/${commitment}`;
}

/** Makes one attempt; rejects like the client. */
export async function sendResult(relay: RelayClient, { commitment, files, checkpointPath }: ResultUpload): Promise<void> {
  const { timestamp, signature } = await relay.sign({ task_id_commitment: commitment });
  const form = new FormData();
  form.append('timestamp', String(timestamp));
  form.append('signature', signature);
  for (const { name, bytes } of files) form.append('files', await createBlob(bytes), name);
  if (checkpointPath !== null) form.append('checkpoint', await openAsBlob(checkpointPath), 'checkpoint.zip');
  await relay.send({ method: 'POST', path: `${taskPath(commitment)}/results`, form, transfer: true });
}

async function createBlob(bytes: Uint8Array<ArrayBuffer>): Promise<Blob> {
  const parts: Blob[] = [];
  for (let at = 0; at < bytes.length; at += BLOB_STEP) {
    if (at > 0) await setImmediate();
    parts.push(new Blob([bytes.subarray(at, at + BLOB_STEP)]));
  }
  return new Blob(parts);
}
