/** A task chain with a relay's account, a creator and nodes, for tests. Its state is reset after each test. */
import { id, type TransactionReceipt } from 'ethers';
import type { Hex } from '../../../protocol/hex.ts';
import type { Random } from '../../../protocol/ports.ts';
import { publicKeyOf } from '../../../protocol/signing/keys.ts';
import type { DevnetAccount } from '../../chain/devnet-account.ts';
import { systemClock, systemRandom } from '../../system.ts';
import { TASK_CONTRACTS, taskContractInterface } from '../compiled.ts';
import { type Creator, createCreator, type TaskTerms } from '../creator.ts';
import { addressOfTaskContract } from '../deploy.ts';
import { startTaskChain, type TaskChain } from '../task-chain.ts';

export const CNX = 10n ** 18n;
const RICH = 100_000n * CNX;

/** The card of a test's nodes, unless stated otherwise. */
export const CARD = 'Test GPU';
export const CARD_GIB = 24;
export const MODEL = 'base:test/model';

/** For a task that only nodes with {@link CARD} take. */
export const CHAT: TaskTerms = {
  type: 'Llm',
  feeWei: 100n * CNX,
  modelIds: [MODEL],
  requiredGpu: CARD,
  requiredGpuVramGib: CARD_GIB,
};

interface JoinTerms {
  readonly gpu?: string;
  readonly vramGib?: number;
  readonly version?: readonly [number, number, number];
  readonly modelIds?: readonly string[];
  readonly stakeWei?: bigint;
}

export interface TaskWorld {
  readonly chain: TaskChain;
  readonly relay: DevnetAccount;
  readonly creator: Creator;
  readonly random: Random;
  /** A new account with 100,000 CNX; the same name gives the same address. */
  account(name: string): Promise<DevnetAccount>;
  /** An account that has joined, with 400 CNX unless stated otherwise. */
  node(name: string, terms?: JoinTerms): Promise<DevnetAccount>;
  join(account: DevnetAccount, name: string, terms?: JoinTerms): Promise<TransactionReceipt>;
  /** The logs of a receipt: `['TaskStarted', …arguments]`. */
  events(receipt: TransactionReceipt): unknown[][];
  passSeconds(seconds: number): Promise<void>;
  /** Undoes everything since the last call, or since the start. */
  rewind(): Promise<void>;
  stop(): Promise<void>;
}

/** Key of an account of this world. */
export const keyOf = (name: string) => id(`task world ${name}`) as Hex;

export async function startTaskWorld(): Promise<TaskWorld> {
  const chain = await startTaskChain({ clock: systemClock });
  const { control } = chain.anvil;
  const funded = async (key: Hex) => {
    const account = chain.account(key);
    await control.setBalance(account.address, RICH);
    return account;
  };
  const relay = await funded(keyOf('relay'));
  await chain.setRelay(relay.address);
  const creator = createCreator({ chain, privateKey: keyOf('creator'), random: systemRandom });
  await control.setBalance(creator.address, RICH);
  let snapshot = await control.snapshot();

  const join = (account: DevnetAccount, name: string, terms: JoinTerms = {}) => {
    const { gpu = CARD, vramGib = CARD_GIB, version = [3, 0, 0], modelIds = [MODEL], stakeWei = 400n * CNX } = terms;
    const args = [gpu, vramGib, version, publicKeyOf(keyOf(name)), modelIds];
    return chain.contract('Node').send(account, 'join', args, stakeWei);
  };
  return {
    chain,
    relay,
    creator,
    random: systemRandom,
    account: (name) => funded(keyOf(name)),
    async node(name, terms) {
      const account = await funded(keyOf(name));
      await join(account, name, terms);
      return account;
    },
    join,
    events: (receipt) =>
      receipt.logs.map((log) => {
        const name = TASK_CONTRACTS.find((contract) => addressOfTaskContract(chain.contracts, contract) === log.address);
        const event = taskContractInterface(name ?? 'VSSTask').parseLog(log);
        return [event?.name, ...(event?.args ?? [])];
      }),
    passSeconds: (seconds) => control.passSeconds(seconds),
    async rewind() {
      await control.restore(snapshot);
      snapshot = await control.snapshot();
    },
    stop: () => chain.stop(),
  };
}
