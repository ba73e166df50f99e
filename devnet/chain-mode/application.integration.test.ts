import { id } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { textScore } from '../../protocol/scores/score.ts';
import { signRequest } from '../../protocol/signing/request-signature.ts';
import type { TaskSpecInput } from '../application/task-spec.ts';
import type { DevnetAccount } from '../chain/devnet-account.ts';
import { systemClock, systemRandom } from '../system.ts';
import { type ChainApplication, createChainApplication } from './application.ts';
import type { ChainTask } from './chain-task.ts';
import { type OldRelay, startOldRelay } from './old-relay/old-relay.ts';
import { CARD, CARD_GIB, CNX, keyOf, MODEL, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const SPEC: TaskSpecInput = {
  type: 'Llm',
  args: JSON.stringify({ model: 'test/model', messages: [{ role: 'user', content: 'hello' }] }),
  modelIds: [MODEL],
  feeWei: (10n * CNX).toString(),
  requiredGpu: CARD,
  requiredGpuVramGib: CARD_GIB,
};
const HONEST = new TextEncoder().encode('{"text":"hello"}');
const CHEAT = new TextEncoder().encode('{"text":"cheap"}');

let world: TaskWorld;
let relay: OldRelay;
let application: ChainApplication;
beforeAll(async () => {
  world = await startTaskWorld();
}, 60_000);
beforeEach(async () => {
  relay = await startOldRelay({ chain: world.chain, privateKey: id('old relay') as Hex, clock: systemClock, pollMs: 20 });
  application = createChainApplication({
    chain: world.chain,
    relayUrl: relay.url,
    privateKey: keyOf('creator'),
    clock: systemClock,
    random: systemRandom,
    pollMs: 20,
  });
});
afterEach(async () => {
  await relay.close();
  await world.rewind();
});
afterAll(() => world.stop());

type Manner = 'honest' | 'cheat' | 'error' | 'silent';

/** A scripted node: does what its manner says in each state of a task of its own. A double of a whole node. */
class Player {
  readonly account: DevnetAccount;
  readonly #name: string;
  readonly #manner: Manner;
  constructor(name: string, account: DevnetAccount, manner: Manner) {
    [this.#name, this.account, this.#manner] = [name, account, manner];
  }

  async play(task: ChainTask): Promise<void> {
    if (task.selectedNode !== this.account.address || this.#manner === 'silent') return;
    const { commitment } = task;
    const contract = world.chain.contract('VSSTask');
    const file = this.#manner === 'cheat' ? CHEAT : HONEST;
    if (task.status === 'ParametersUploaded') {
      if (this.#manner === 'error') await contract.send(this.account, 'reportTaskError', [commitment, 1]);
      else await contract.send(this.account, 'submitTaskScore', [commitment, textScore([file])]);
    }
    if (task.status === 'Validated' || task.status === 'GroupValidated') await this.#deliver(commitment, file);
  }

  async #deliver(commitment: Hex, file: Uint8Array): Promise<void> {
    const timestamp = Math.floor(systemClock.now() / 1000);
    const payload = { task_id_commitment: commitment };
    const form = new FormData();
    form.append('timestamp', String(timestamp));
    form.append('signature', signRequest({ payload, timestamp, privateKey: keyOf(this.#name) }));
    form.append('files', new Blob([Uint8Array.from(file)]), '0.json');
    const response = await fetch(`${relay.url}/v1/inference_tasks/${commitment}/results`, { method: 'POST', body: form });
    expect(await response.json()).toEqual({ message: 'success' });
  }
}

async function players(...manners: readonly Manner[]): Promise<Player[]> {
  const all: Player[] = [];
  for (const [index, manner] of manners.entries()) all.push(new Player(`p${index}`, await world.node(`p${index}`), manner));
  return all;
}

async function run(all: readonly Player[], sampled: boolean) {
  const acts: Promise<void>[] = [];
  const onTask = (task: ChainTask) => void acts.push(...all.map((player) => player.play(task)));
  const outcome = await application.runTask(SPEC, { sampled, onTask });
  await Promise.all(acts);
  return outcome;
}

describe('an application on the chain', () => {
  it('runs a single task and checks its files', async () => {
    const [node] = (await players('honest')) as [Player];
    const outcome = await run([node], false);
    expect(outcome).toMatchObject({ sampled: false, tasks: [{ status: 'EndSuccess' }] });
    expect(outcome.files).toEqual([HONEST]);
  });

  it('has a cheat slashed by the contract, and the others paid', async () => {
    const all = await players('honest', 'honest', 'cheat');
    const before = await world.chain.balance(world.chain.owner.address);
    const { tasks, files } = await run(all, true);
    expect(tasks.map(({ status }) => status).sort()).toEqual(['EndGroupRefund', 'EndGroupSuccess', 'EndInvalidated']);
    expect(files).toEqual([HONEST]);
    expect(await world.chain.balance(world.chain.owner.address)).toBe(before + 400n * CNX);
    const cheat = tasks.find(({ status }) => status === 'EndInvalidated');
    expect(cheat?.selectedNode).toBe(all[2]?.account.address);
  });

  it('takes the fee back for invalid arguments', async () => {
    const { tasks, files } = await run(await players('error'), false);
    expect(tasks).toMatchObject([{ status: 'EndAborted', abortReason: 'IncorrectResult' }]);
    expect(files).toBeNull();
  });

  it('aborts the task of a node that is lost', async () => {
    await players('silent');
    const running = application.runTask(SPEC, {
      sampled: false,
      onTask: (task) => {
        if (task.status === 'ParametersUploaded') void world.passSeconds(181);
      },
    });
    const { tasks } = await running;
    expect(tasks).toMatchObject([{ status: 'EndAborted', abortReason: 'Timeout' }]);
    expect(await world.chain.balance(world.chain.contracts.task)).toBe(0n);
  });
});
