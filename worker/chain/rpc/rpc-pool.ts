/**
 * Several endpoints of one chain combined: the first one in the preset's order that works and does not lag is used. An
 * endpoint is trusted only after it has shown the right chain ID and the right first block, and again after each
 * failure. Transactions are sent to all of them.
 */
import { addMs, LONG_AGO, type Monotonic, monotonicNow, msUntil } from '../../../protocol/monotonic.ts';
import type { Clock, Random } from '../../../protocol/ports.ts';
import type { Log } from '../../log.ts';
import { commonSide, type FailureSide } from '../../outbound/connection-failure.ts';
import { ChainError, RpcRefused } from '../errors.ts';
import type { FailurePhase, RpcAnswer, RpcEndpoint } from './endpoint.ts';
import type { ChainRpc, RpcMethod, RpcResult } from './methods.ts';

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** No endpoint can pause itself for longer than this. */
const LONGEST_RETRY_AFTER_MS = 600_000;
/** Time between two comparisons of the endpoints' newest blocks. */
const COMPARE_EVERY_MS = 30_000;
/** How many blocks an endpoint may lag: as many may appear between two answers. */
const MAX_BLOCKS_BEHIND = 10n;

export interface ChainIdentity {
  readonly chainId: number;
  /** Hash of block 0; null if an endpoint does not store it. Distinguishes chains with the same ID. */
  readonly genesis: string | null;
}

/** Where the identity that was seen first is stored across restarts. */
export interface IdentityBook {
  find(chainId: number): ChainIdentity | null;
  /** Stores what was seen first; later, only an unknown first block is added. */
  pin(identity: ChainIdentity): void;
}

/** What the pool needs from an {@link RpcEndpoint}. */
export type PoolEndpoint = Pick<RpcEndpoint, 'name' | 'call'>;

interface Member {
  readonly endpoint: PoolEndpoint;
  verified: boolean;
  failures: number;
  retryAt: Monotonic;
  /** It answers, but its newest block is old. */
  isBehind: boolean;
  /** Most blocks whose logs may be requested from it at once, according to its refusals; null = none so far. */
  logRange: number | null;
}

interface Failure {
  readonly name: string;
  readonly phase: FailurePhase | 'wrongChain';
  readonly side?: FailureSide;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export class RpcPool implements ChainRpc {
  readonly #members: readonly Member[];
  readonly #expectedChainId: number | null;
  readonly #identities: IdentityBook;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  #identity: ChainIdentity | null = null;
  /** Null before the first request. */
  #compareAt: Monotonic | null = null;

  constructor(options: {
    endpoints: readonly PoolEndpoint[];
    /** Null: accept what the first endpoint reports. */
    chainId: number | null;
    identities: IdentityBook;
    clock: Clock;
    random: Random;
    log: Log;
  }) {
    this.#members = options.endpoints.map((endpoint) => ({
      endpoint,
      verified: false,
      failures: 0,
      retryAt: LONG_AGO,
      isBehind: false,
      logRange: null,
    }));
    this.#expectedChainId = options.chainId;
    this.#identities = options.identities;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#log = options.log;
  }

  async chainId(): Promise<number> {
    if (this.#identity === null) await this.call('eth_chainId', []);
    if (this.#identity === null) throw new ChainError('CHAIN_UNREACHABLE', 'no endpoint reported its chain ID');
    return this.#identity.chainId;
  }

  async call<Method extends RpcMethod>(method: Method, params: readonly unknown[]): Promise<RpcResult<Method>> {
    if (this.#isComparisonDue()) void this.#compareHeads();
    const failures = await this.#askEach(method, params);
    if (!Array.isArray(failures)) return failures.value;
    // An act reads many things in a row: one lost answer must not restart it again and again.
    const again = method !== 'eth_sendRawTransaction' && failures.every(isTransient);
    const still = again ? await this.#askEach(method, params) : failures;
    if (!Array.isArray(still)) return still.value;
    throw summarise(method, still);
  }

  /** The first answer, or how each endpoint failed. @throws RpcRefused */
  async #askEach<Method extends RpcMethod>(
    method: Method,
    params: readonly unknown[],
  ): Promise<{ readonly value: RpcResult<Method> } | Failure[]> {
    const failures: Failure[] = [];
    // Only a failure of the request itself leaves open whether it was accepted.
    let mayHaveBeenTaken = false;
    for (const member of this.#order()) {
      const problem = member.verified ? null : await this.#verify(member);
      if (problem !== null) {
        failures.push(this.#noteFailure(member, problem));
        continue;
      }
      const answer = await member.endpoint.call(method, params);
      if (answer.kind === 'failed') {
        failures.push(this.#noteFailure(member, answer));
        mayHaveBeenTaken = true;
        continue;
      }
      member.failures = 0;
      if (answer.kind === 'result') {
        if (method === 'eth_sendRawTransaction') this.#broadcastToOthers(member, params);
        return { value: answer.value };
      }
      if (method === 'eth_getLogs') noteLogRange(member, params);
      throw new RpcRefused({ ...answer, method, afterFailure: mayHaveBeenTaken });
    }
    return failures;
  }

  get logRange(): number | null {
    return this.#order()[0]?.logRange ?? null;
  }

  /**
   * First those that can be used now, in the preset's order; then lagging ones; then, as a last resort, those that
   * failed recently.
   */
  #order(): Member[] {
    const restMs = (member: Member) => msUntil(member.retryAt, this.#clock);
    const ready = this.#members.filter((member) => restMs(member) <= 0);
    const resting = this.#members.filter((member) => restMs(member) > 0).sort((a, b) => restMs(a) - restMs(b));
    return [...ready.filter(({ isBehind }) => !isBehind), ...ready.filter(({ isBehind }) => isBehind), ...resting];
  }

  /** An endpoint that has accepted a transaction may lag, or not broadcast it. The others' answers change nothing. */
  #broadcastToOthers(taker: Member, params: readonly unknown[]): void {
    for (const member of this.#members) {
      if (member !== taker && msUntil(member.retryAt, this.#clock) <= 0) void this.#broadcast(member, params).catch(() => {});
    }
  }

  async #broadcast(member: Member, params: readonly unknown[]): Promise<void> {
    if (member.verified || (await this.#verify(member)) === null) await member.endpoint.call('eth_sendRawTransaction', params);
  }

  #isComparisonDue(): boolean {
    this.#compareAt ??= addMs(monotonicNow(this.#clock), COMPARE_EVERY_MS);
    return this.#members.length > 1 && this.#identity !== null && msUntil(this.#compareAt, this.#clock) <= 0;
  }

  /** Never rejects. Nothing waits for it: a slow endpoint delays no request. */
  async #compareHeads(): Promise<void> {
    this.#compareAt = addMs(monotonicNow(this.#clock), COMPARE_EVERY_MS);
    const heads = await Promise.all(this.#members.map((member) => this.#headOf(member).catch(() => null)));
    const newest = heads.reduce<bigint>((most, head) => (head !== null && head > most ? head : most), 0n);
    for (const [index, member] of this.#members.entries()) {
      const head = heads[index] ?? null;
      const isBehind = head !== null && newest - head > MAX_BLOCKS_BEHIND;
      if (isBehind && !member.isBehind) {
        this.#log.warn(
          { endpoint: member.endpoint.name, behind: Number(newest - head) },
          'an RPC endpoint is behind; another is preferred',
        );
      }
      member.isBehind = isBehind;
    }
  }

  /** Null for one that is paused, fails, or is on a different chain. */
  async #headOf(member: Member): Promise<bigint | null> {
    if (msUntil(member.retryAt, this.#clock) > 0) return null;
    const problem = member.verified ? null : await this.#verify(member);
    if (problem !== null) {
      this.#noteFailure(member, problem);
      return null;
    }
    const answer = await member.endpoint.call('eth_blockNumber', []);
    return answer.kind === 'result' ? answer.value : null;
  }

  #noteFailure(member: Member, problem: Omit<Failure, 'name'>): Failure {
    const { name } = member.endpoint;
    const backoff = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** member.failures);
    member.failures += 1;
    member.verified = false;
    const asked = Math.min(problem.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
    const restMs = Math.max(backoff * (0.5 + this.#random.fraction() / 2), asked);
    member.retryAt = addMs(monotonicNow(this.#clock), restMs);
    this.#log.warn({ endpoint: name, phase: problem.phase, problem: problem.message }, 'an RPC endpoint failed');
    const { phase, side = 'there', message, retryAfterMs = 0 } = problem;
    return { name, phase, side, message, retryAfterMs };
  }

  async #verify(member: Member): Promise<Omit<Failure, 'name'> | null> {
    const id = await member.endpoint.call('eth_chainId', []);
    if (id.kind !== 'result') return toFailure(id);
    const first = await member.endpoint.call('eth_getBlockByNumber', ['0x0', false]);
    // A pruned node may refuse; a node that does not answer at all is not verified.
    if (first.kind === 'failed') return first;
    const seen: ChainIdentity = {
      chainId: Number(id.value),
      genesis: first.kind === 'result' ? (first.value?.hash ?? null) : null,
    };
    const expected = this.#identity ?? this.#identities.find(seen.chainId);
    const problem = identityMismatch(seen, {
      chainId: this.#identity?.chainId ?? this.#expectedChainId,
      genesis: expected?.genesis ?? null,
    });
    if (problem !== null) return { phase: 'wrongChain', message: problem };
    this.#identity = { chainId: seen.chainId, genesis: expected?.genesis ?? seen.genesis };
    this.#identities.pin(this.#identity);
    member.verified = true;
    return null;
  }
}

/** Half of what was refused. If a single block is refused, there is another reason. */
function noteLogRange(member: Member, [filter]: readonly unknown[]): void {
  const { fromBlock, toBlock } = filter as { fromBlock?: unknown; toBlock?: unknown };
  const blocks = Number(toBlock) - Number(fromBlock) + 1;
  if (Number.isFinite(blocks)) member.logRange = blocks > 1 ? Math.floor(blocks / 2) : null;
}

function identityMismatch(seen: ChainIdentity, expected: { chainId: number | null; genesis: string | null }): string | null {
  if (expected.chainId !== null && seen.chainId !== expected.chainId) {
    return `it belongs to chain ${seen.chainId} instead of ${expected.chainId}`;
  }
  if (seen.genesis !== null && expected.genesis !== null && seen.genesis !== expected.genesis) {
    return `its chain ${seen.chainId} began with another block than the one this node knows`;
  }
  return null;
}

/** The failure was immediate and may be over at once, unless the endpoint asked for a pause. */
function isTransient({ phase, retryAfterMs = 0 }: Failure): boolean {
  return retryAfterMs === 0 && (phase === 'reset' || phase === 'gateway' || phase === 'garbage');
}

function toFailure(answer: Exclude<RpcAnswer<unknown>, { kind: 'result' }>): Omit<Failure, 'name'> {
  if (answer.kind === 'failed') return answer;
  return { phase: 'garbage', message: answer.rpcMessage };
}

/** Which error to report: a wrong chain or a wrong program at the other end only if no endpoint was merely unreachable. */
function summarise(method: string, failures: readonly Failure[]): ChainError {
  const lines = failures.map((failure) => `${failure.name}: ${failure.phase} (${failure.message})`);
  const phases = new Set(failures.map((failure) => failure.phase));
  const text = `${method}: ${lines.join('; ')}`;
  const data = { method, failures: lines };
  if (phases.has('wrongChain') && phases.size === 1) return new ChainError('CHAIN_WRONG_ID', text, data);
  if ([...phases].every((phase) => phase === 'garbage' || phase === 'wrongChain')) {
    return new ChainError('CHAIN_BAD_ANSWER', text, data);
  }
  const side = commonSide(failures.map((failure) => failure.side ?? 'there'));
  return new ChainError('CHAIN_UNREACHABLE', text, { ...data, side });
}
