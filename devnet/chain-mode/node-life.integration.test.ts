import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DevnetAccount } from '../chain/devnet-account.ts';
import { revertError } from '../chain/testing/world.ts';
import type { CreatedTask } from './creator.ts';
import { CARD, CHAT, CNX, MODEL, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const STATUS = { Quit: 0n, Available: 1n, Busy: 2n, PendingPause: 3n, PendingQuit: 4n, Paused: 5n } as const;
const illegal = revertError('Illegal node status');

let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.rewind());
afterAll(() => world.stop());

const nodes = () => world.chain.contract('Node');
const act = (node: DevnetAccount, fn: string, ...args: readonly unknown[]) => nodes().send(node, fn, args);
const statusOf = async (node: DevnetAccount) => (await nodes().read('getNodeStatus', node.address))[0];
const stakeOf = async (node: DevnetAccount) => (await nodes().read('getStakedAmount', node.address))[0];
const stats = async (fn: string) => (await world.chain.contract('NetworkStats').read(fn))[0];

/** Ends the current task with an abort after its time. */
async function expire({ commitment }: CreatedTask) {
  await world.passSeconds(181);
  return world.creator.abort(commitment);
}

describe('a join', () => {
  it('stakes the whole value, and is refused in this order', async () => {
    const account = await world.account('node');
    const key = `0x${'11'.repeat(64)}`;
    const join = (publicKey: string, valueWei: bigint) =>
      nodes().send(account, 'join', [CARD, 24, [3, 0, 0], publicKey, []], valueWei);
    await expect(join('0x11', 0n)).rejects.toMatchObject(revertError('Invalid public key length'));
    await expect(join(key, 0n)).rejects.toMatchObject(revertError('Public key mismatch'));
    const little = { stakeWei: 400n * CNX - 1n };
    await expect(world.join(account, 'node', little)).rejects.toMatchObject(revertError('Staked amount is not enough'));
    await world.join(account, 'node', { stakeWei: 450n * CNX });
    await expect(join('0x11', 0n)).rejects.toMatchObject(revertError('Node already joined'));
    expect(await stakeOf(account)).toBe(450n * CNX);
    const [info] = await nodes().read('getNodeInfo', account.address);
    expect(info.toArray().slice(0, 5)).toMatchObject([
      STATUS.Available,
      expect.any(String),
      expect.anything(),
      20n,
      [3n, 0n, 0n],
    ]);
    expect([await stats('totalNodes'), await stats('activeNodes'), await stats('availableNodes')]).toEqual([1n, 1n, 1n]);
  });

  it('works again: a quit returns the stake in the same transaction, and the card may change', async () => {
    const node = await world.node('node', { stakeWei: 450n * CNX });
    const before = await world.chain.balance(node.address);
    const receipt = await act(node, 'quit');
    expect(await world.chain.balance(node.address)).toBe(before + 450n * CNX - receipt.gasUsed * receipt.gasPrice);
    expect([await statusOf(node), await stakeOf(node)]).toEqual([STATUS.Quit, 0n]);
    await expect(act(node, 'quit')).rejects.toMatchObject(illegal);
    await expect(act(node, 'updateVersion', [1, 2, 3])).rejects.toMatchObject(revertError('Node has quitted'));
    await expect(act(node, 'reportModelDownloaded', MODEL)).rejects.toMatchObject(revertError('Node has quitted'));
    await world.join(node, 'node', { gpu: 'another', vramGib: 8 });
    expect((await nodes().read('getAvailableGPUs'))[0].toArray()).toEqual([['another', 8n]]);
    expect([await stats('totalNodes'), await stats('activeNodes')]).toEqual([1n, 1n]);
  });
});

describe('pause, resume and quit', () => {
  it('of a free node take effect at once', async () => {
    const node = await world.node('node');
    await expect(act(node, 'resume')).rejects.toMatchObject(illegal);
    await act(node, 'pause');
    expect(await statusOf(node)).toBe(STATUS.Paused);
    await expect(act(node, 'pause')).rejects.toMatchObject(illegal);
    expect((await nodes().read('getAvailableNodes'))[0].toArray()).toEqual([]);
    await act(node, 'resume');
    expect(await statusOf(node)).toBe(STATUS.Available);
    await act(node, 'pause');
    await act(node, 'quit');
    expect(await stakeOf(node)).toBe(0n);
  });

  it.each([
    ['pause', 'PendingPause', 'Paused'],
    ['quit', 'PendingQuit', 'Quit'],
  ] as const)('%s of a busy node waits for its task', async (fn, pending, then) => {
    const node = await world.node('node');
    const task = await world.creator.create(CHAT);
    expect(await statusOf(node)).toBe(STATUS.Busy);
    await act(node, fn);
    expect(await statusOf(node)).toBe(STATUS[pending]);
    for (const other of ['pause', 'quit', 'resume']) await expect(act(node, other)).rejects.toMatchObject(illegal);
    expect([await stats('busyNodes'), await stats('availableNodes')]).toEqual([1n, 0n]);
    const before = await world.chain.balance(node.address);
    await expire(task);
    expect(await statusOf(node)).toBe(STATUS[then]);
    expect(await world.chain.balance(node.address)).toBe(before + (then === 'Quit' ? 400n * CNX : 0n));
    expect(await stats('busyNodes')).toBe(0n);
  });
});

describe('models', () => {
  it('are learnt once, counted when the node becomes free, and requested if few nodes have them', async () => {
    const node = await world.node('node', { modelIds: [] });
    const other = await world.node('other', { modelIds: [], gpu: CARD });
    await act(other, 'pause');
    const created = await world.creator.create(CHAT);
    expect(await eventsOfLastTransaction()).toEqual([
      ['TaskStarted', created.commitment, node.address],
      ['DownloadModel', node.address, MODEL, 1n],
      ['DownloadModel', other.address, MODEL, 1n],
    ]);
    await act(other, 'reportModelDownloaded', MODEL);
    await act(other, 'reportModelDownloaded', MODEL);
    expect((await nodes().read('nodeContainsModelID', other.address, MODEL))[0]).toBe(true);
    expect((await nodes().read('modelAvailableNodesCount', MODEL))[0]).toBe(0n);
    await act(other, 'resume');
    expect((await nodes().read('modelAvailableNodesCount', MODEL))[0]).toBe(1n);
    const [info] = await nodes().read('getNodeInfo', other.address);
    expect(info[7].toArray()).toEqual([MODEL]);
  });

  it('attract the tasks that need them', async () => {
    await world.node('without', { modelIds: [] });
    const holder = await world.node('holder');
    const { task } = await world.creator.create(CHAT);
    expect(task.selectedNode).toBe(holder.address);
  });
});

async function eventsOfLastTransaction() {
  const { provider } = world.chain.anvil.control;
  // An empty block may follow: it is mined for a transaction whose receipt was not there yet.
  for (let number = await provider.getBlockNumber(); number > 0; number--) {
    const hash = (await provider.getBlock(number))?.transactions[0];
    const receipt = hash === undefined ? null : await provider.getTransactionReceipt(hash);
    if (receipt !== null) return world.events(receipt);
  }
  return [];
}

describe('a kick-out', () => {
  it("follows a newcomer's second task that expires although its arguments are available, and returns the stake", async () => {
    const node = await world.node('node');
    for (const round of [1, 2]) {
      const task = await world.creator.create(CHAT);
      await world.chain.contract('VSSTask').send(world.relay, 'reportTaskParametersUploaded', [task.commitment]);
      const before = await world.chain.balance(node.address);
      const receipt = await expire(task);
      const names = world.events(receipt).map(([name]) => name);
      expect(names).toEqual(round === 1 ? ['TaskEndAborted'] : ['TaskEndAborted', 'NodeKickedOut']);
      expect(await statusOf(node)).toBe(round === 1 ? STATUS.Available : STATUS.Quit);
      expect(await world.chain.balance(node.address)).toBe(before + (round === 1 ? 0n : 400n * CNX));
    }
    // A kick-out is not permanent, and earlier points count only through the score.
    await world.join(node, 'node');
    const [info] = await nodes().read('getNodeInfo', node.address);
    expect(info[3]).toBe(1n);
    expect((await world.chain.contract('QOS').read('shouldKickOut', node.address))[0]).toBe(false);
  });

  it('does not follow tasks that expire before their arguments are available', async () => {
    const node = await world.node('node');
    for (let round = 0; round < 4; round++) await expire(await world.creator.create(CHAT));
    expect(await statusOf(node)).toBe(STATUS.Available);
  });
});

describe('a slash', () => {
  it('takes the stake of a node that is about to leave, and a waiting task starts in the same transaction', async () => {
    const honest = [await world.node('a', { gpu: 'a' }), await world.node('b', { gpu: 'b' })];
    const cheat = await world.node('c', { gpu: 'c', stakeWei: 555n * CNX });
    const created: CreatedTask[] = [];
    for (const requiredGpu of ['a', 'b', 'c']) {
      const options = created[0] === undefined ? { sampled: true } : { taskId: created[0].taskId };
      created.push(await world.creator.create({ ...CHAT, requiredGpu }, options));
    }
    const waiting = await world.creator.create({ ...CHAT, requiredGpu: 'b' });
    const contract = world.chain.contract('VSSTask');
    for (const [index, node] of [...honest, cheat].entries()) {
      const { commitment } = created[index] as CreatedTask;
      await contract.send(world.relay, 'reportTaskParametersUploaded', [commitment]);
      await contract.send(node, 'submitTaskScore', [commitment, index === 2 ? '0xbad0' : '0x900d']);
    }
    await act(cheat, 'quit');
    const before = await world.chain.balance(world.chain.owner.address);
    const cheatBefore = await world.chain.balance(cheat.address);
    const receipt = await world.creator.validateGroup(created);
    const [first, second, third] = created.map(({ commitment }) => commitment);
    expect(world.events(receipt)).toEqual([
      ['TaskValidated', first],
      ['TaskEndGroupRefund', second],
      ['TaskStarted', waiting.commitment, honest[1]?.address],
      ['TaskEndInvalidated', third],
      ['NodeSlashed', cheat.address],
    ]);
    expect(await world.chain.balance(world.chain.owner.address)).toBe(before + 555n * CNX);
    expect(await world.chain.balance(cheat.address)).toBe(cheatBefore);
    expect([await statusOf(cheat), await stakeOf(cheat)]).toEqual([STATUS.Quit, 0n]);
    await world.join(cheat, 'c');
  });
});
