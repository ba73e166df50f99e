/** The checks before a start on a network whose tasks are on a chain: its contracts, and coins for stake and gas. */
import { isChainError } from '../chain/errors.ts';
import type { TaskChain } from '../networks/chain/open-task-chain.ts';
import { type Check, objection, objectionOf, ok, type Verdict } from './check.ts';
import { judgeChainId } from './judgements.ts';

export interface TaskChainChecksParts {
  readonly taskChain: Pick<TaskChain, 'address' | 'preset' | 'rpc' | 'contracts'>;
  /** The stake that goes into the contract when the node joins, wei. */
  readonly targetWei: bigint;
  /** The contract's minimum, wei. */
  readonly minimumWei: bigint;
}

/** A join that immediately takes a task from the queue; CHAIN_PROTOCOL 9. */
const JOIN_GAS = 2_900_000n;
/**
 * A score, a report, a pause: the number that must remain affordable, each with head-room. A node that cannot pay for
 * its score is kicked out.
 */
const RESERVE_GAS = 20n * 500_000n;

export function taskChainChecks({ taskChain, targetWei, minimumWei }: TaskChainChecksParts): Check[] {
  const { preset, rpc } = taskChain;
  const wrong = (error: unknown) => isChainError(error, 'CHAIN_WRONG_ID');
  return [
    {
      id: 'rpc',
      run: () =>
        rpc.chainId().then(
          () => ok(),
          (error: unknown) => (wrong(error) ? ok() : objectionOf(error, 'fail')),
        ),
    },
    {
      id: 'chainId',
      run: () =>
        rpc.chainId().then(
          (actual) => judgeChainId({ expected: preset.chainId, actual }),
          (error: unknown) => objectionOf(error, wrong(error) ? 'fail' : 'unknown'),
        ),
    },
    { id: 'contracts', run: () => contracts(taskChain) },
    { id: 'balance', run: () => balance({ taskChain, targetWei, minimumWei }) },
  ];
}

/** Checks that each of them answers like the contract of its name. */
async function contracts({ contracts, address }: TaskChainChecksParts['taskChain']): Promise<Verdict> {
  try {
    await contracts.nodeTask(address);
    await contracts.nodeInfo(address);
    await contracts.qosOf(address);
    await contracts.queuedTasks();
    await contracts.totalNodes();
    return ok();
  } catch (error) {
    return objectionOf(error, isChainError(error, 'CHAIN_NO_CONTRACT') ? 'fail' : 'unknown');
  }
}

/** What a joining node has and needs, in wei. A member already has its stake in the contract. */
export async function taskChainFunds(
  { contracts, rpc, address }: Pick<TaskChainChecksParts['taskChain'], 'address' | 'rpc' | 'contracts'>,
  targetWei: bigint,
) {
  const [walletWei, priceWei, { status }, stakedWei] = await Promise.all([
    rpc.call('eth_getBalance', [address, 'latest']),
    rpc.call('eth_gasPrice', []),
    contracts.nodeInfo(address),
    contracts.stakeOf(address),
  ]);
  const isMember = status !== 'Quit';
  return {
    isMember,
    walletWei,
    stakedWei,
    stakeWei: isMember ? 0n : targetWei,
    gasWei: isMember ? 0n : priceWei * JOIN_GAS,
    reserveWei: priceWei * RESERVE_GAS,
  };
}

async function balance({ taskChain, targetWei, minimumWei }: TaskChainChecksParts): Promise<Verdict> {
  const { isMember, walletWei, stakeWei, gasWei, reserveWei } = await taskChainFunds(taskChain, targetWei);
  const missingOf = (neededWei: bigint) => (neededWei > walletWei ? neededWei - walletWei : 0n);
  const neededWei = stakeWei + gasWei + reserveWei;
  const params = {
    walletWei: String(walletWei),
    stakeWei: String(stakeWei),
    gasWei: String(gasWei),
    reserveWei: String(reserveWei),
    creditsWei: '0',
    minimumWei: String(minimumWei),
    missingWei: String(missingOf(neededWei)),
  };
  if (!isMember && targetWei < minimumWei) return objection('fail', 'CHAIN_STAKE_BELOW_MINIMUM', params);
  if (missingOf(stakeWei) > 0n) return objection('fail', 'PREFLIGHT_STAKE_UNCOVERED', params);
  if (missingOf(neededWei) === 0n) return ok(params);
  // A node that joins without it wastes its stake as soon as gas gets expensive; a member continues as long as it can.
  return isMember ? objection('warn', 'PREFLIGHT_GAS_LOW', params) : objection('fail', 'PREFLIGHT_GAS_UNCOVERED', params);
}
