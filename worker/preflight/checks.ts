/** The checks before a start, assembled from what the caller can reach. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EngineKind } from '../../contract/node-config.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { Stake } from '../chain/contracts/stake-plan.ts';
import { isChainError } from '../chain/errors.ts';
import { isWorkerError } from '../kit/errors.ts';
import { readNetworkTime } from '../networks/read-clock.ts';
import { type Check, objectionOf, ok, type Verdict } from './check.ts';
import { type DoppelgangerFacts, judgeDoppelganger } from './doppelganger.ts';
import {
  type ContractFacts,
  DISK_NEEDS,
  type DiskNeeds,
  type Funds,
  judgeChainId,
  judgeClock,
  judgeContracts,
  judgeDisk,
  judgeEngine,
  judgeFunds,
  judgeLegacyStake,
  judgeModels,
} from './judgements.ts';

export interface PreflightChain {
  /** Null if the network does not publish it. */
  readonly expectedId: number | null;
  chainId(): Promise<number>;
  funds(): Promise<Funds>;
  /** Checks that they are the preset's and the ones that the relay uses. @throws ChainError if they are not */
  contracts(): Promise<ContractFacts>;
  /** The stake that remains in contracts that the network has abandoned; null if there are no such contracts. */
  legacyStake(): Promise<Stake | null>;
}

export interface PreflightParts {
  readonly clock: Clock;
  /** The relay's time in unix seconds. */
  readonly relayNow: () => Promise<number>;
  /** Null for a network without a chain: its three checks are omitted. */
  readonly chain: PreflightChain | null;
  /** Checks of a network whose tasks are on a chain. */
  readonly more?: readonly Check[];
  /** Null if none is chosen yet: its checks and those of its models are omitted. */
  readonly engine: { readonly kind: EngineKind; readonly accepted: readonly EngineKind[] } | null;
  /** IDs of the models that the node will name, and which of them are not on disk. */
  readonly models: () => Promise<{ readonly configured: readonly string[]; readonly missing: readonly string[] }>;
  readonly disk: { readonly path: string; readonly needs?: DiskNeeds; readonly freeBytes?: (path: string) => Promise<number> };
  readonly doppelganger: () => Promise<DoppelgangerFacts>;
}

export function preflightChecks(parts: PreflightParts): Check[] {
  const { engine, models, disk, doppelganger } = parts;
  const { needs = DISK_NEEDS, freeBytes = freeBytesOf } = disk;
  return [
    ...relayChecks(parts),
    ...(parts.chain === null ? [] : chainChecks(parts.chain)),
    ...(parts.more ?? []),
    ...(engine === null ? [] : engineChecks(engine, models)),
    { id: 'disk', run: async () => judgeDisk({ freeBytes: await freeBytes(disk.path), needs }) },
    { id: 'doppelganger', run: async () => judgeDoppelganger(await doppelganger()) },
  ];
}

function engineChecks(engine: NonNullable<PreflightParts['engine']>, models: PreflightParts['models']): Check[] {
  return [
    { id: 'engine', run: async () => judgeEngine(engine) },
    { id: 'models', run: async () => judgeModels(await models()) },
  ];
}

/** Both checks share one reading. */
function relayChecks({ clock, relayNow }: PreflightParts): Check[] {
  const reading = once(() => readNetworkTime(clock, relayNow));
  return [
    { id: 'clock', run: async () => judgeClock(await reading()) },
    {
      id: 'relay',
      run: () =>
        reading().then(
          ({ sentMs, receivedMs }) => ok({ answerMs: receivedMs - sentMs }),
          (error: unknown) => objectionOf(error, isWorkerError(error) ? 'fail' : 'unknown'),
        ),
    },
  ];
}

function chainChecks(chain: PreflightChain): Check[] {
  const chainId = once(() => chain.chainId());
  // A client that knows the right ID rejects a wrong chain itself; that means something did answer.
  const wrong = (error: unknown) => isChainError(error, 'CHAIN_WRONG_ID');
  return [
    {
      id: 'rpc',
      run: () =>
        chainId().then(
          () => ok(),
          (error: unknown) => (wrong(error) ? ok() : objectionOf(error, 'fail')),
        ),
    },
    {
      id: 'chainId',
      run: () =>
        chainId().then(
          (actual) => judgeChainId({ expected: chain.expectedId, actual }),
          (error: unknown) => objectionOf(error, wrong(error) ? 'fail' : 'unknown'),
        ),
    },
    { id: 'contracts', run: () => contracts(chain) },
    { id: 'legacyStake', run: async () => judgeLegacyStake(await chain.legacyStake()) },
    { id: 'balance', run: () => balance(chain) },
  ];
}

async function contracts(chain: PreflightChain): Promise<Verdict> {
  try {
    return judgeContracts(await chain.contracts());
  } catch (error) {
    const wrong = isChainError(
      error,
      ...(['CHAIN_NO_CONTRACT', 'CHAIN_GENERATION_MISMATCH', 'CHAIN_CONTRACTS_UNREAD', 'CHAIN_CONTRACTS_DISAGREE'] as const),
    );
    return objectionOf(error, wrong ? 'fail' : 'unknown');
  }
}

async function balance(chain: PreflightChain): Promise<Verdict> {
  try {
    return judgeFunds(await chain.funds());
  } catch (error) {
    const refused = isChainError(error, 'CHAIN_STAKE_LEAVING', 'CHAIN_STAKE_BELOW_MINIMUM');
    return objectionOf(error, refused ? 'fail' : 'unknown');
  }
}

/** Space available to this user, on the disk of the nearest existing directory. */
async function freeBytesOf(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(path);
    if (parent === path || !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return freeBytesOf(parent);
  }
}

/** All callers share the promise of the first call, even if it fails. */
function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let answer: Promise<Value> | null = null;
  return () => (answer ??= ask());
}
