/** A relay on loopback with an application, which is added to a shell under test as a custom network. */
import type { NetworkPresetInput } from '../../contract/node-config.ts';
import type { ProfileDraftInput } from '../../contract/profiles.ts';
import { type Application, createApplication } from '../../devnet/application/application.ts';
import type { TaskOutcome } from '../../devnet/application/outcome.ts';
import { CHAT_MODEL, chatArguments } from '../../devnet/application/samples.ts';
import { createRelay, type Relay } from '../../devnet/relay/relay.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { WEI_PER_CNX } from '../../protocol/money/wei.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { thisPlatform } from '../../worker/gpu/platform.ts';

const FEE_WEI = 3n * WEI_PER_CNX;
const STAKE_WEI = (400n * WEI_PER_CNX).toString();
/** Sampled once in a million, so no task is validated by a group. */
const MODULUS = 1_000_000;

export interface LittleNetwork {
  readonly relay: Relay;
  readonly preset: NetworkPresetInput;
  /** A node that needs no hardware of this machine, with its stake on this network. */
  draft(options: { readonly name: string; readonly address: Hex }): ProfileDraftInput;
  /** The more words allowed, the longer a node is busy. */
  runTask(maxNewTokens?: number): Promise<TaskOutcome>;
  close(): Promise<void>;
}

export async function startLittleNetwork(): Promise<LittleNetwork> {
  const privateKey = bytesToHex(systemRandom.bytes(32));
  const relay = createRelay({
    clock: systemClock,
    random: systemRandom,
    config: {
      samplingModulus: MODULUS,
      times: { scan: 0.05, executionMin: 60, executionMax: 60 },
      genesis: { accounts: [{ address: addressOf(privateKey), balanceWei: (1_000n * WEI_PER_CNX).toString() }] },
    },
  });
  const relayUrl = await relay.listen();
  const preset: NetworkPresetInput = {
    id: 'little',
    title: 'Little network',
    network: 'devnet',
    relayUrl,
    acceptedEngines: ['embedded'],
    samplingModulus: MODULUS,
    minStakeWei: STAKE_WEI,
  };
  const application: Application = createApplication({
    relayUrl,
    privateKey,
    clock: systemClock,
    random: systemRandom,
    samplingModulus: MODULUS,
    pollMs: 50,
  });
  return {
    relay,
    preset,
    draft({ name, address }) {
      relay.stake({ address, wei: BigInt(STAKE_WEI), reason: `stake of ${name}` });
      return {
        name,
        networkId: preset.id,
        address,
        engine: { kind: 'embedded', device: 'cpu' },
        gpu: { kind: 'stated', name: `Devnet Card 24G+${thisPlatform()}`, vramGib: 24, uuids: [] },
        modelIds: [`base:${CHAT_MODEL}`],
        stakeWei: STAKE_WEI,
      };
    },
    runTask(maxNewTokens = 8) {
      const prompt = { title: 'sky', user: 'What colour is the sky?', maxNewTokens };
      return application.runTask({
        type: 'Llm',
        args: chatArguments(prompt, CHAT_MODEL, 5),
        modelIds: [`base:${CHAT_MODEL}`],
        feeWei: FEE_WEI.toString(),
      });
    },
    close: () => relay.close(),
  };
}
