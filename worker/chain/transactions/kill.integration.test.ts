/** Killed at any point between the intent and the end, a node sends exactly one such transaction. */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, type Hex } from '../../../protocol/hex.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { type ChainWorld, CNX, startChainWorld } from '../testing/chain-world.ts';
import { type ChildInput, KILL_POINTS, type KillPoint } from '../testing/kill-points.ts';
import { openChainStore } from '../testing/stores.ts';
import { TransactionJournal } from './journal.ts';

let world: ChainWorld;
beforeAll(async () => {
  world = await startChainWorld();
});
afterAll(() => world.chain.stop());

interface End {
  readonly signal: NodeJS.Signals | null;
  readonly outcome: string | null;
}

function runChild(input: ChildInput): Promise<End> {
  const child = fork(path.join(import.meta.dirname, '..', 'testing', 'kill-child.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let outcome: string | null = null;
  child.on('message', (message) => {
    outcome = (message as { outcome: string }).outcome;
  });
  child.send(input);
  return new Promise((resolve) => child.once('exit', (_, signal) => resolve({ signal, outcome })));
}

describe('killed', () => {
  it.each(KILL_POINTS)('%s: after a restart there is one transaction', async (killAt) => {
    const { control } = world.chain.anvil;
    const privateKey = bytesToHex(randomBytes(32));
    const address = new Wallet(privateKey).address as Hex;
    await control.setBalance(address, 1000n * CNX);
    const dbPath = path.join(tempDir(), 'node.sqlite');
    const confirmations = killAt === 'after it is mined' ? 2 : 1;
    const isReplacement = killAt === 'after a replacement is recorded';
    const input = (point: KillPoint | null): ChildInput => ({
      preset: { ...world.chain.preset, pollMs: 10, confirmations, ...(isReplacement ? { stuckAfterMs: 1 } : {}) },
      dbPath,
      privateKey,
      killAt: point,
      intent: {
        id: 'stake',
        to: world.chain.contracts.nodeStaking,
        data: world.chain.interfaceOf('NodeStaking').encodeFunctionData('stake', [400n * CNX]),
        valueWei: String(400n * CNX),
      },
    });

    await control.setAutomine(!isReplacement);
    expect(await runChild(input(killAt))).toEqual({ signal: 'SIGKILL', outcome: null });
    await control.setAutomine(true);
    await control.mine();
    expect(await runChild(input(null))).toEqual({ signal: null, outcome: 'succeeded' });

    expect(await world.count(address)).toBe(1);
    expect(await world.stakingEvents(address)).toEqual(['NodeStaked']);
    const db = openChainStore(dbPath);
    const [entry, ...others] = new TransactionJournal(db).settledAfter(0);
    db.close();
    expect(others).toEqual([]);
    expect(entry?.attempts).toHaveLength(isReplacement ? 2 : 1);
    // Only the stake and this one transaction's gas have left the account.
    const feeWei = entry !== undefined && 'inclusion' in entry.state ? entry.state.inclusion.feeWei : 0n;
    expect(await control.provider.getBalance(address)).toBe(600n * CNX - feeWei);
  });
});
