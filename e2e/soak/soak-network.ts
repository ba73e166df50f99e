/**
 * The network of a soak: a devnet with its chain, an application, and each node's own two proxies, to the relay and to
 * the chain.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkPresetData } from '../../contract/node-config.ts';
import { WORKER_ENTRY } from '../../demo/programs.ts';
import { createSamplingPlan, type SamplingPlan } from '../../demo/sampling-plan.ts';
import { type Application, createApplication } from '../../devnet/application/application.ts';
import { type Devnet, startDevnet } from '../../devnet/devnet.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { WEI_PER_CNX } from '../../protocol/money/wei.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { bundlePrograms, FROM_SOURCE, type SoakPrograms } from './bundle.ts';
import type { HostedNode } from './host-channel.ts';
import type { Post } from './judge.ts';

export const MODEL = 'soak/model';
export const FEE_WEI = 3n * WEI_PER_CNX + 7n;
const STAKE_WEI = 400n * WEI_PER_CNX;
const NAMES = ['ada', 'basil', 'cleo'] as const;
const MODULUS = 10;

export interface SoakNode {
  readonly name: string;
  readonly address: Hex;
  readonly hosted: HostedNode;
  readonly relayLine: FaultProxy;
  readonly chainLine: FaultProxy;
  /** Verdicts that passed the proxy, in order. */
  readonly posts: Post[];
  readonly dataDir: string;
  readonly files: { readonly runs: string; readonly strike: string; readonly step: string };
}

export interface SoakNetwork {
  readonly programs: SoakPrograms;
  readonly devnet: Devnet;
  readonly application: Application;
  readonly sampling: SamplingPlan;
  readonly nodes: readonly SoakNode[];
  close(): Promise<void>;
}

/** @param isBundled bundle the programs first, which pays off if they are started often */
export async function startSoakNetwork({ isBundled }: { readonly isBundled: boolean }): Promise<SoakNetwork> {
  const folder = await mkdtemp(join(tmpdir(), 'crynux-soak-'));
  const programs = isBundled ? await bundlePrograms(join(folder, 'programs')) : FROM_SOURCE;
  const privateKey = bytesToHex(systemRandom.bytes(32));
  const sampling = createSamplingPlan({ privateKey, modulus: MODULUS, random: systemRandom });
  const devnet = await startDevnet(
    {
      dataDir: join(folder, 'devnet'),
      workerEntry: WORKER_ENTRY,
      relay: {
        samplingModulus: MODULUS,
        times: { scan: 0.1, chainScan: 0.5, executionMin: 60, executionMax: 60, validation: 300 },
        withdraw: { perDay: 1_000_000 },
        genesis: { accounts: [{ address: addressOf(privateKey), balanceWei: (1_000_000n * WEI_PER_CNX).toString() }] },
      },
    },
    { clock: systemClock, random: systemRandom, samplingSeed: () => sampling.seed() },
  );
  const nodes: SoakNode[] = [];
  const close = async () => {
    await Promise.all(nodes.flatMap(({ relayLine, chainLine }) => [relayLine.close(), chainLine.close()]));
    await devnet.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const name of NAMES) nodes.push(await startNode({ devnet, folder: join(folder, name), name, engine: programs.engine }));
  } catch (error) {
    await close();
    throw error;
  }
  const application = createApplication({
    relayUrl: devnet.relayUrl,
    privateKey,
    clock: systemClock,
    random: systemRandom,
    samplingModulus: MODULUS,
    pollMs: 200,
    // This process is busy with everything else as well.
    timeoutMs: 60_000,
  });
  return { programs, devnet, application, sampling, nodes, close };
}

interface NodeParts {
  readonly devnet: Devnet;
  readonly folder: string;
  readonly name: string;
  /** Path of the engine's program. */
  readonly engine: string;
}

async function startNode({ devnet, folder, name, engine }: NodeParts): Promise<SoakNode> {
  const { chain } = devnet.network;
  if (chain === undefined) throw new Error('the devnet has no chain');
  const privateKey = bytesToHex(systemRandom.bytes(32));
  const address = addressOf(privateKey);
  await devnet.fund(address, { walletWei: 500n * WEI_PER_CNX });
  const relayLine = await startFaultProxy(devnet.relayUrl, { keep: () => false });
  const chainLine = await startFaultProxy(chain.rpcUrls[0] ?? '', { keep: () => false });
  const files = { runs: join(folder, 'runs.jsonl'), strike: join(folder, 'strike'), step: join(folder, 'step') };
  const dataDir = join(folder, 'data');
  await mkdir(folder, { recursive: true });
  const preset = networkPresetData(devnet.network);
  return {
    name,
    address,
    relayLine,
    chainLine,
    posts: [],
    dataDir,
    files,
    hosted: {
      name,
      privateKey,
      env: { CRYNUX_STRIKE: files.strike, CRYNUX_SOAK_STEP: files.step },
      config: {
        dataDir,
        network: {
          ...preset,
          relayUrl: relayLine.url,
          ...(preset.chain === undefined ? {} : { chain: { ...preset.chain, rpcUrls: [chainLine.url] } }),
        },
        engine: {
          kind: 'program',
          command: process.execPath,
          args: ['--disable-warning=ExperimentalWarning', engine, files.runs],
        },
        gpu: { name: 'Devnet Card 24G+Linux', vramGib: 24 },
        stakeWei: STAKE_WEI.toString(),
        modelIds: [`base:${MODEL}`],
        rejoin: 'afterKickOut',
      },
    },
  };
}
