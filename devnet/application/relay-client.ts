/** A creator's side of the relay's HTTP API. One attempt per request. Source: RELAY_PROTOCOL 3.2, 3.5. */
import type { z } from 'zod';
import { CodedError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock } from '../../protocol/ports.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { signRequest } from '../../protocol/signing/request-signature.ts';
import { ABORT_REASON } from '../../protocol/tasks/status.ts';
import { readRefusal, successSchema } from '../../protocol/wire/envelope.ts';
import { weiField } from '../../protocol/wire/fields.ts';
import { parseWireJson } from '../../protocol/wire/parse.ts';
import {
  type CreateTaskPayload,
  inferenceTaskSchema,
  type RemoteTask,
  type ValidateTaskPayload,
} from '../../protocol/wire/task.ts';
import { DevnetError } from '../errors.ts';

export interface RelayClientOptions {
  readonly relayUrl: string;
  readonly privateKey: Hex;
  readonly clock: Clock;
  /** Per request. Default 10 s. */
  readonly timeoutMs?: number;
}

export interface RelayClient {
  readonly address: Hex;
  createTask(payload: CreateTaskPayload, signal?: AbortSignal): Promise<RemoteTask>;
  task(commitment: string, signal?: AbortSignal): Promise<RemoteTask>;
  validate(payload: ValidateTaskPayload, signal?: AbortSignal): Promise<void>;
  /** Only while the task is queued. */
  cancel(commitment: string, signal?: AbortSignal): Promise<void>;
  result(commitment: string, index: number, signal?: AbortSignal): Promise<Uint8Array>;
  balanceWei(signal?: AbortSignal): Promise<bigint>;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly payload: object;
  readonly signal: AbortSignal | undefined;
}

const taskAnswer = successSchema(inferenceTaskSchema);
const balanceAnswer = successSchema(weiField);

/** Every method throws DevnetError DEVNET_RELAY_REFUSED or DEVNET_RELAY_UNREACHABLE. */
export function createRelayClient({ relayUrl, privateKey, clock, timeoutMs = 10_000 }: RelayClientOptions): RelayClient {
  const address = addressOf(privateKey);
  const taskPath = (commitment: string) => `/v1/inference_tasks/${commitment}`;

  async function call({ method, path, payload, signal }: Call): Promise<Uint8Array> {
    const timestamp = Math.floor(clock.now() / 1000);
    const signature = signRequest({ payload, timestamp, privateKey });
    const url = new URL(path, relayUrl);
    if (method === 'GET') url.search = new URLSearchParams({ timestamp: String(timestamp), signature }).toString();
    const post = {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...payload, timestamp, signature }),
    };
    signal?.throwIfAborted();
    try {
      const response = await fetch(url, {
        method,
        ...(method === 'POST' ? post : {}),
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      if (response.ok) return body;
      const { field, message } = readRefusal(response.status, new TextDecoder().decode(body));
      throw new DevnetError('DEVNET_RELAY_REFUSED', `${method} ${path}: ${field === '' ? '' : `${field}: `}${message}`, {
        httpStatus: response.status,
        field,
        refusal: message,
      });
    } catch (cause) {
      if (cause instanceof DevnetError) throw cause;
      signal?.throwIfAborted();
      throw new DevnetError('DEVNET_RELAY_UNREACHABLE', `${method} ${path}: no answer`, { path }, { cause });
    }
  }

  async function ask<Schema extends z.ZodType>(schema: Schema, request: Call): Promise<z.output<Schema>> {
    const text = new TextDecoder().decode(await call(request));
    try {
      return parseWireJson(schema, text, `${request.method} ${request.path}`);
    } catch (cause) {
      const why = cause instanceof CodedError ? cause.message : 'unreadable answer';
      throw new DevnetError('DEVNET_RELAY_UNREACHABLE', why, { path: request.path }, { cause });
    }
  }

  return {
    address,
    createTask: async (payload, signal) => {
      const path = taskPath(payload.task_id_commitment);
      return (await ask(taskAnswer, { method: 'POST', path, payload, signal })).data;
    },
    task: async (commitment, signal) => {
      const payload = { task_id_commitment: commitment };
      return (await ask(taskAnswer, { method: 'GET', path: taskPath(commitment), payload, signal })).data;
    },
    validate: async (payload, signal) => {
      await call({ method: 'POST', path: '/v1/inference_tasks/validate', payload, signal });
    },
    cancel: async (commitment, signal) => {
      const payload = { task_id_commitment: commitment, abort_reason: ABORT_REASON.CreatorCancelled };
      await call({ method: 'POST', path: `${taskPath(commitment)}/abort_reason`, payload, signal });
    },
    result: async (commitment, index, signal) => {
      const payload = { index: String(index), task_id_commitment: commitment };
      return call({ method: 'GET', path: `${taskPath(commitment)}/results/${index}`, payload, signal });
    },
    balanceWei: async (signal) => {
      const path = `/v2/relay_account/${address}/balance`;
      return (await ask(balanceAnswer, { method: 'GET', path, payload: { address }, signal })).data;
    },
  };
}
