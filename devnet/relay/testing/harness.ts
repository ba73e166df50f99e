/** A relay with a clock ticked by hand, and actors that use its HTTP API without a socket. */
import { createHash } from 'node:crypto';
import { bytesToHex, type Hex } from '../../../protocol/hex.ts';
import { type Clock, ManualClock, type Random } from '../../../protocol/ports.ts';
import { textScore } from '../../../protocol/scores/score.ts';
import { taskCommitment } from '../../../protocol/signing/commitment.ts';
import { addressOf, publicKeyOf } from '../../../protocol/signing/keys.ts';
import { signRequest } from '../../../protocol/signing/request-signature.ts';
import { proveVrf, vrfOutputs } from '../../../protocol/vrf/ecvrf.ts';
import { isSampled } from '../../../protocol/vrf/sampling.ts';
import type { RelayChain } from '../../chain/relay-chain.ts';
import type { RelayConfigInput } from '../config.ts';
import { createRelay, type InProcessResponse, type Relay } from '../relay.ts';

export const START_MS = Date.UTC(2026, 0, 1);
export const FEE = 1_000_000_000_000_000_000n;
export const STAKE = 400_000_000_000_000_000_000n;
export const MODEL = 'base:qwen/qwen3-8b';

/** Reproducible, so that a failing test fails again. */
export function seededRandom(seed: string): Random {
  let counter = 0;
  const block = () => createHash('sha256').update(`${seed}:${counter++}`).digest();
  return {
    bytes: (length) => new Uint8Array(Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, block)).subarray(0, length)),
    fraction: () => block().readUIntBE(0, 6) / 2 ** 48,
  };
}

export function keyOf(name: string): Hex {
  return bytesToHex(new Uint8Array(createHash('sha256').update(`test key ${name}`).digest()));
}

export const addressByName = (name: string): Hex => addressOf(keyOf(name));

/** Result files of an LLM task with the content `text`, and their score. */
export function llmResult(text: string): { readonly files: readonly Uint8Array[]; readonly score: Hex } {
  const files = [new TextEncoder().encode(JSON.stringify({ text }))];
  return { files, score: textScore(files) };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: unknown;
}

export interface Harness {
  readonly clock: ManualClock;
  readonly relay: Relay;
  readonly random: Random;
  send(request: {
    method: 'GET' | 'POST' | 'DELETE';
    url: string;
    headers?: Record<string, string>;
    body?: string | Uint8Array;
  }): Promise<Answer>;
  actor(name: string): Actor;
}

export interface Actor {
  readonly key: Hex;
  readonly address: Hex;
  get(path: string, payload: object): Promise<Answer>;
  post(path: string, payload: object, extra?: object): Promise<Answer>;
  /** `timestamp` and `signature` over the payload, as of now. */
  sign(payload: object): { timestamp: number; signature: Hex };
  join(overrides?: object): Promise<Answer>;
  currentTask(): Promise<string>;
  score(commitment: string, score: string): Promise<Answer>;
  reportError(commitment: string): Promise<Answer>;
  upload(commitment: string, files: readonly Uint8Array[], checkpoint?: Uint8Array): Promise<Answer>;
  createTask(options?: NewTestTask): Promise<TestTask & { answer: Answer }>;
  validate(tasks: readonly TestTask[], claim?: TestClaim): Promise<Answer>;
}

/** Invalid variants of the proof. */
interface TestClaim {
  readonly proof?: string;
  /** Proves this instead of the task's own seed. */
  readonly seed?: Hex;
}

interface NewTestTask {
  readonly taskId?: Hex;
  readonly overrides?: object;
  /** Default: as JSON. */
  readonly send?: (path: string, signed: Readonly<Record<string, unknown>>) => Promise<Answer>;
}

export interface TestTask {
  readonly taskId: Hex;
  readonly nonce: Hex;
  readonly commitment: Hex;
}

export const LLM_ARGS = JSON.stringify({ model: 'qwen/qwen3-8b', messages: [{ role: 'user', content: 'hello' }] });

/** Fields of a creation that any card of 8 GiB may run; the commitment is set separately. */
export function creationFields(nonce: string) {
  return {
    task_args: LLM_ARGS,
    task_type: 1,
    nonce,
    task_model_ids: [MODEL],
    min_vram: 8,
    required_gpu: '',
    required_gpu_vram: 0,
    task_version: '3.0.0',
    task_size: 1,
    task_fee: FEE.toString(),
  };
}

export interface HarnessOptions {
  readonly config?: RelayConfigInput;
  readonly seed?: string;
  /** Actors with a stake; every actor named here or in `creators` has money too. */
  readonly nodes?: readonly string[];
  readonly creators?: readonly string[];
  readonly sampled?: boolean;
  readonly statePath?: string;
  /** With a chain, stakes are made on it instead. */
  readonly chain?: RelayChain;
}

export function createHarness(options: HarnessOptions = {}): Harness {
  const { config = {}, seed = 'harness', nodes = ['n1', 'n2', 'n3'], creators = ['app'] } = options;
  const { sampled = false, statePath, chain } = options;
  const clock = new ManualClock(START_MS);
  const random = seededRandom(seed);
  const address = (name: string) => addressOf(keyOf(name));
  const seedOf = planSampling(creators, { modulus: config.samplingModulus ?? 10, sampled, seed });
  const relay = createRelay({
    clock,
    random,
    samplingSeed: seedOf,
    ...(statePath === undefined ? {} : { statePath }),
    ...(chain === undefined ? {} : { chain }),
    config: {
      ...config,
      genesis: {
        accounts: creators.map((name) => ({ address: address(name), balanceWei: (100n * FEE).toString() })),
        stakes: nodes.map((name) => ({ address: address(name), stakeWei: STAKE.toString() })),
        ...config.genesis,
      },
    },
  });
  const send: Harness['send'] = async (request) => answerOf(await relay.handle(request));
  const actors = new Map<string, Actor>();
  const actor = (name: string): Actor => {
    const known = actors.get(name) ?? createActor(name, { clock, random, send });
    actors.set(name, known);
    return known;
  };
  return { clock, relay, random, send, actor };
}

/** Seeds for which every task of these creators is sampled, or none. */
export function planSampling(creators: readonly string[], plan: { modulus: number; sampled: boolean; seed: string }) {
  const outputs = new Map(creators.map((name) => [addressOf(keyOf(name)) as string, vrfOutputs(keyOf(name))]));
  const random = seededRandom(`sampling ${plan.seed}`);
  return (creator: string): Hex => {
    const outputFor = outputs.get(creator);
    for (;;) {
      const candidate = bytesToHex(random.bytes(32));
      if (outputFor === undefined || isSampled(outputFor(candidate), plan.modulus) === plan.sampled) return candidate;
    }
  };
}

export function answerOf({ status, headers, bytes }: InProcessResponse): Answer {
  const text = new TextDecoder().decode(bytes);
  try {
    return { status, headers, text, json: JSON.parse(text) };
  } catch {
    return { status, headers, text, json: undefined };
  }
}

export interface ActorWorld extends Pick<Harness, 'random' | 'send'> {
  readonly clock: Clock;
}

export function createActor(name: string, { clock, random, send }: ActorWorld): Actor {
  const key = keyOf(name);
  const address = addressOf(key);
  const sign = (payload: object) => {
    const timestamp = Math.floor(clock.now() / 1000);
    return { timestamp, signature: signRequest({ payload, timestamp, privateKey: key }) };
  };
  const seeds = new Map<string, Hex>();
  const post: Actor['post'] = (path, payload, extra = {}) => {
    const body = JSON.stringify({ ...payload, ...sign(payload), ...extra });
    return send({ method: 'POST', url: path, headers: { 'content-type': 'application/json' }, body });
  };
  const taskPath = (commitment: string) => `/v1/inference_tasks/${commitment}`;
  return {
    key,
    address,
    sign,
    post,
    get: (path, payload) => {
      const { timestamp, signature } = sign(payload);
      return send({ method: 'GET', url: `${path}?timestamp=${timestamp}&signature=${signature}` });
    },
    join: (overrides = {}) =>
      post(`/v2/node/${address}/join`, {
        address,
        network: 'devnet',
        gpu_name: 'NVIDIA GeForce RTX 4090+Linux',
        gpu_vram: 24,
        version: '3.5.0',
        model_ids: [MODEL],
        staking: STAKE.toString(),
        ...overrides,
      }),
    currentTask: async () => {
      const { json } = await send({ method: 'GET', url: `/v1/node/${address}/task` });
      return (json as { data: string }).data;
    },
    score: (commitment, score) => post(`${taskPath(commitment)}/score`, { task_id_commitment: commitment, score }),
    reportError: (commitment) => post(`${taskPath(commitment)}/task_error`, { task_id_commitment: commitment, task_error: 1 }),
    upload: async (commitment, files, checkpoint) => {
      const { timestamp, signature } = sign({ task_id_commitment: commitment });
      const form = new FormData();
      form.append('timestamp', String(timestamp));
      form.append('signature', signature);
      for (const [index, bytes] of files.entries()) form.append('files', new Blob([new Uint8Array(bytes)]), `${index}.json`);
      if (checkpoint !== undefined) form.append('checkpoint', new Blob([new Uint8Array(checkpoint)]), 'checkpoint.zip');
      return send({ method: 'POST', url: `${taskPath(commitment)}/results`, ...(await encodeForm(form)) });
    },
    createTask: async ({ taskId = bytesToHex(random.bytes(32)), overrides = {}, send: sendAs } = {}) => {
      const nonce = bytesToHex(random.bytes(32));
      const commitment = taskCommitment(taskId, nonce);
      const fields = { task_id_commitment: commitment, ...creationFields(nonce), ...overrides };
      const path = taskPath(commitment);
      const answer = await (sendAs === undefined ? post(path, fields) : sendAs(path, { ...fields, ...sign(fields) }));
      const seed = (answer.json as { data?: { sampling_seed?: Hex } } | undefined)?.data?.sampling_seed;
      if (seed !== undefined) seeds.set(commitment, seed);
      return { taskId, nonce, commitment, answer };
    },
    validate: (tasks, claim = {}) => {
      const [first] = tasks;
      const seed = claim.seed ?? seeds.get(first?.commitment ?? '') ?? '0x';
      return post('/v1/inference_tasks/validate', {
        task_id_commitments: tasks.map((task) => task.commitment),
        task_id: first?.taskId ?? '',
        vrf_proof: claim.proof ?? proveVrf(key, seed).proof,
        public_key: publicKeyOf(key),
      });
    },
  };
}

async function encodeForm(form: FormData): Promise<{ headers: Record<string, string>; body: Uint8Array }> {
  const response = new Response(form);
  const headers = { 'content-type': response.headers.get('content-type') ?? '' };
  return { headers, body: new Uint8Array(await response.arrayBuffer()) };
}
