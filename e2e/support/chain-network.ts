/** A devnet with its chain, an application, and nodes opened in this process, whose books are compared to both. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ChainPresetInput } from '../../contract/chain-preset.ts';
import { type NetworkPresetInput, type NodeConfigInput, networkPresetData } from '../../contract/node-config.ts';
import { WORKER_ENTRY } from '../../demo/programs.ts';
import { createSamplingPlan } from '../../demo/sampling-plan.ts';
import { createApplication } from '../../devnet/application/application.ts';
import type { TaskOutcome } from '../../devnet/application/outcome.ts';
import { CHAT_MODEL, chatArguments } from '../../devnet/application/samples.ts';
import { type Devnet, type DevnetConfigInput, startDevnet } from '../../devnet/devnet.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { WEI_PER_CNX } from '../../protocol/money/wei.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import type { FakeEngine } from '../../worker/testing/fake-engine.ts';
import { type OpenRig, openRig } from '../../worker/testing/open-rig.ts';
import { tempDir } from '../../worker/testing/temp-dir.ts';

export const CNX = WEI_PER_CNX;
export const FEE_WEI = 7n * CNX + 1n;
export const STAKE_WEI = 400n * CNX;
export const COIN_WEI = 500n * CNX;
const MODULUS = 10;
const FORCE_DELAY_SECONDS = 3_600;

export interface ChainNode extends OpenRig {
  readonly address: Hex;
  /** Once more, after it has ended. */
  restart(engine: FakeEngine): Promise<ChainNode>;
}

interface ChainNodeOptions {
  readonly engine?: FakeEngine;
  readonly rejoin?: 'never' | 'afterKickOut';
  /** Default: {@link COIN_WEI}. */
  readonly walletWei?: bigint;
  /** What it is told about network and chain, if different from the real values. */
  readonly network?: Partial<NetworkPresetInput>;
  readonly chain?: Partial<ChainPresetInput>;
}

export type ChainOptions = Exclude<DevnetConfigInput['chain'], false | undefined>;

export interface ChainNetwork {
  readonly devnet: Devnet;
  /** It stakes by itself. */
  node(options?: ChainNodeOptions): Promise<ChainNode>;
  /** `chat`: one that the embedded engine can run with the bundled model. */
  runTask(how?: { readonly group: boolean; readonly chat?: boolean }): Promise<TaskOutcome>;
  close(): Promise<void>;
}

/** @param chain for the devnet's chain, overriding what is set here */
export async function startChainNetwork(chain: ChainOptions = {}): Promise<ChainNetwork> {
  const applicationKey = bytesToHex(systemRandom.bytes(32));
  const plan = createSamplingPlan({ privateKey: applicationKey, modulus: MODULUS, random: systemRandom });
  const dataDir = mkdtempSync(join(tmpdir(), 'crynux-chain-network-'));
  const devnet = await startDevnet(
    {
      dataDir,
      workerEntry: WORKER_ENTRY,
      relay: {
        samplingModulus: MODULUS,
        times: { scan: 0.05, chainScan: 0.2, executionMin: 20, executionMax: 20 },
        genesis: { accounts: [{ address: addressOf(applicationKey), balanceWei: (1_000n * CNX).toString() }] },
      },
      chain: { forceUnstakeDelaySeconds: FORCE_DELAY_SECONDS, ...chain },
    },
    { clock: systemClock, random: systemRandom, samplingSeed: () => plan.seed() },
  );
  const application = createApplication({
    relayUrl: devnet.relayUrl,
    privateKey: applicationKey,
    clock: systemClock,
    random: systemRandom,
    samplingModulus: MODULUS,
    pollMs: 50,
  });

  async function open(options: { config: NodeConfigInput; privateKey: Hex; engine?: FakeEngine }): Promise<ChainNode> {
    const rig = await openRig(options);
    return { ...rig, address: rig.parts.address, restart: (engine) => open({ ...options, engine }) };
  }

  return {
    devnet,
    async close() {
      await devnet.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
    async node({ engine, rejoin = 'never', walletWei = COIN_WEI, network, chain } = {}) {
      const privateKey = bytesToHex(systemRandom.bytes(32));
      await devnet.fund(addressOf(privateKey), { walletWei });
      const preset = networkPresetData(devnet.network);
      const config: NodeConfigInput = {
        dataDir: join(tempDir(), 'node'),
        network: { ...preset, ...network, ...(preset.chain === undefined ? {} : { chain: { ...preset.chain, ...chain } }) },
        engine: { kind: 'program', command: 'none', args: [] },
        gpu: { name: 'Devnet GPU+Linux', vramGib: 24 },
        stakeWei: STAKE_WEI.toString(),
        modelIds: ['base:tiny/model'],
        rejoin,
      };
      return open({ config, privateKey, ...(engine === undefined ? {} : { engine }) });
    },
    runTask({ group, chat = false } = { group: false }) {
      plan.setNext(group ? 'group' : 'single');
      const prompt = { title: 'sky', user: 'What colour is the sky?', maxNewTokens: 4 };
      const args = chat
        ? chatArguments(prompt, CHAT_MODEL, 5)
        : JSON.stringify({ model: 'tiny/model', messages: [{ role: 'user', content: 'hello' }] });
      return application.runTask({
        type: 'Llm',
        args,
        modelIds: [chat ? `base:${CHAT_MODEL}` : 'base:tiny/model'],
        feeWei: FEE_WEI.toString(),
      });
    },
  };
}

/** Polls for half a minute. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  for (let i = 0; ; i++) {
    try {
      return await check();
    } catch (error) {
      if (i === 100) throw error;
      await systemClock.sleep(300);
    }
  }
}

/** Checks that the ledger's accounts match relay and chain to the wei, and that its own reconciliation agrees. */
export async function expectBooksAgree({ devnet }: ChainNetwork, { parts, address }: ChainNode, benefit?: Hex): Promise<void> {
  const { money } = parts;
  await eventually(async () => {
    const { checks } = await money.reconciler.reconcile();
    const judged = checks.filter(({ against }) => against !== 'none');
    expect(judged.map(({ account, against, agreement }) => [account, against, agreement])).toEqual(
      judged.map(({ account, against }) => [account, against, { kind: 'agrees' }]),
    );
    const funds = await devnet.chain?.fundsOf(address);
    const held = (account: Parameters<typeof money.ledger.balanceWei>[0]) => money.ledger.balanceWei(account);
    expect({ relay: held('relay'), wallet: held('wallet'), stake: held('stake'), inTransit: held('inTransit') }).toEqual({
      relay: devnet.relay.balanceWei(address),
      wallet: funds?.walletWei,
      stake: funds?.stakedWei,
      inTransit: 0n,
    });
    if (benefit !== undefined) expect(held('benefit')).toBe((await devnet.chain?.fundsOf(benefit))?.walletWei);
  });
}
