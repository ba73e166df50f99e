import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import type { GroupTask, GroupTasks } from '../../protocol/tasks/group-validation.ts';
import { contractGroupOutcome } from '../../protocol/tasks/network-outcomes.ts';
import type { DevnetAccount } from '../chain/devnet-account.ts';
import { revertError } from '../chain/testing/world.ts';
import { chainTask } from './chain-task.ts';
import type { CreatedTask, TaskTerms } from './creator.ts';
import { CHAT, CNX, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const STAKE = 400n * CNX;

let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterEach(() => world.rewind());
afterAll(() => world.stop());

const SCORES: Readonly<Record<string, Hex>> = {
  A: `0x${'aa'.repeat(32)}`,
  B: `0x${'bb'.repeat(32)}`,
  C: `0x${'cc'.repeat(32)}`,
};

interface Group {
  readonly created: readonly CreatedTask[];
  /** Null for a member that was aborted in the queue. */
  readonly nodes: readonly (DevnetAccount | null)[];
}

/**
 * One task per letter: A, B, C = a score, E = error, X = aborted while waiting, T = started, then aborted after its
 * time. Each has its own card, so that it is known which node runs it.
 */
async function form(letters: string, terms: Partial<TaskTerms> = {}): Promise<Group> {
  const created: CreatedTask[] = [];
  const nodes: (DevnetAccount | null)[] = [];
  for (const [index, letter] of [...letters].entries()) {
    const requiredGpu = `card ${index}`;
    nodes.push(letter === 'X' ? null : await world.node(`node ${index}`, { gpu: requiredGpu }));
    const options = index === 0 ? { sampled: true } : { taskId: (created[0] as CreatedTask).taskId };
    created.push(await world.creator.create({ ...CHAT, ...terms, requiredGpu }, options));
  }
  const contract = world.chain.contract('VSSTask');
  for (const [index, letter] of [...letters].entries()) {
    const [task, node] = [created[index] as CreatedTask, nodes[index]];
    if (letter === 'X') await world.creator.abort(task.commitment);
    if (node === null || node === undefined || letter === 'T') continue;
    await contract.send(world.relay, 'reportTaskParametersUploaded', [task.commitment]);
    if (letter === 'E') await contract.send(node, 'reportTaskError', [task.commitment, 1]);
    else await contract.send(node, 'submitTaskScore', [task.commitment, SCORES[letter]]);
  }
  if (letters.includes('T')) {
    await world.passSeconds(181);
    await world.creator.abort((created[letters.indexOf('T')] as CreatedTask).commitment);
  }
  return { created, nodes };
}

/** All words over the five kinds of members, in every order. */
const KINDS = ['A', 'B', 'C', 'E', 'X'] as const;
const words = KINDS.flatMap((a) => KINDS.flatMap((b) => KINDS.map((c) => `${a}${b}${c}`)))
  // The names of the scores do not matter: the first one is called A, the next B.
  .filter(
    (word) =>
      [...new Set([...word].filter((letter) => 'ABC'.includes(letter)))].join('') ===
      'ABC'.slice(0, new Set([...word].filter((letter) => 'ABC'.includes(letter))).size),
  );

function members(word: string, created: readonly CreatedTask[]): GroupTasks {
  return [...word].map((letter, index): GroupTask => {
    const id = (created[index] as CreatedTask).commitment;
    if (letter === 'X' || letter === 'T') return { id, status: 'EndAborted', score: null };
    return letter === 'E'
      ? { id, status: 'ErrorReported', score: null }
      : { id, status: 'ScoreReady', score: SCORES[letter] ?? null };
  }) as unknown as GroupTasks;
}

describe('the group table', () => {
  it.each(words)("%s ends as the contract's rules say, to the wei", async (word) => {
    const { created, nodes } = await form(word);
    const { task: taskContract } = world.chain.contracts;
    const ownerBefore = await world.chain.balance(world.chain.owner.address);
    const creatorBefore = await world.chain.balance(world.creator.address);
    const walletsBefore = await Promise.all(nodes.map((node) => (node === null ? 0n : world.chain.balance(node.address))));
    const receipt = await world.creator.validateGroup(created);

    const outcome = contractGroupOutcome({ taskType: 'Llm', distanceThreshold: 24, tasks: members(word, created) });
    if (outcome.kind === 'refused') throw new Error(`the rules refuse ${word}`);
    const after = await Promise.all(created.map(({ commitment }) => chainTask(world.chain, commitment)));
    expect(Object.fromEntries(after.map(({ commitment, status }) => [commitment, status]))).toEqual(outcome.next);
    for (const { commitment, abortReason } of after) {
      if (word[created.findIndex((task) => task.commitment === commitment)] === 'X') continue;
      expect(abortReason).toBe(outcome.abortReasons[commitment] ?? 'None');
    }

    const slashed = after.filter(({ status }) => status === 'EndInvalidated').length;
    const winner = after.find(({ status }) => status === 'GroupValidated');
    const refunded = after.filter(({ status }, index) => status !== 'GroupValidated' && word[index] !== 'X').length;
    const gasWei = receipt.gasUsed * receipt.gasPrice;
    expect(await world.chain.balance(world.creator.address)).toBe(creatorBefore + BigInt(refunded) * CHAT.feeWei - gasWei);
    expect(await world.chain.balance(world.chain.owner.address)).toBe(ownerBefore + BigInt(slashed) * STAKE);

    if (winner !== undefined) {
      const weights = after.map(({ status }, index) =>
        /GroupValidated|EndGroupRefund/.test(status) ? ([10n, 9n, 6n][index] ?? 0n) : 0n,
      );
      const total = weights.reduce((sum, weight) => sum + weight, 0n);
      const shares = weights.map((weight) => (CHAT.feeWei * weight) / total);
      const rest = CHAT.feeWei - shares.reduce((sum, share) => sum + share, 0n);
      const last = weights.findLastIndex((weight) => weight > 0n);
      shares[last] = (shares[last] ?? 0n) + rest;
      const payees = nodes.flatMap((node, index) => (weights[index] === 0n ? [] : [{ node: node?.address, wei: shares[index] }]));
      expect(winner.payments).toEqual(payees);
      await world.chain.contract('VSSTask').send(world.relay, 'reportTaskResultUploaded', [winner.commitment]);
      for (const [index, node] of nodes.entries()) {
        if (node !== null)
          expect(await world.chain.balance(node.address)).toBe((walletsBefore[index] ?? 0n) + (shares[index] ?? 0n));
      }
      expect((await chainTask(world.chain, winner.commitment)).status).toBe('EndGroupSuccess');
    }
    // What remains are the fees of those aborted in the queue, and the stakes of the nodes that are still members.
    expect(await world.chain.balance(taskContract)).toBe(
      BigInt([...word].filter((letter) => letter === 'X').length) * CHAT.feeWei,
    );
    const joined = nodes.filter((node) => node !== null).length - slashed;
    expect(await world.chain.balance(world.chain.contracts.node)).toBe(BigInt(joined) * STAKE);
  });

  it.each(['TAA', 'ATA', 'AAT'])('%s: a member that was aborted after its start makes the group impossible', async (word) => {
    const { created } = await form(word);
    const tasks = members(word, created);
    const started = created[word.indexOf('T')]?.commitment ?? '';
    const outcome = contractGroupOutcome({ taskType: 'Llm', distanceThreshold: 24, tasks, startedIds: [started] });
    expect(outcome).toEqual({ kind: 'refused', message: 'Wrong task' });
    await expect(world.creator.validateGroup(created)).rejects.toMatchObject(revertError('Wrong task'));
  });
});

describe('two images', () => {
  const blank = new Uint8Array(16);
  const flipped = (bits: number, from = 0) => {
    const bytes = Uint8Array.from(blank);
    for (let bit = from; bit < from + bits; bit++) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
    return bytes;
  };
  it.each([
    ['23 bits of a block', flipped(23), 'EndGroupRefund'],
    ['23 bits of the other block', flipped(23, 64), 'EndGroupRefund'],
    ['24 bits of a block', flipped(24), 'EndInvalidated'],
    ['another length', new Uint8Array(8), 'EndInvalidated'],
  ] as const)('that differ in %s', async (_, other, status) => {
    const scores = { A: bytesToHex(blank), B: bytesToHex(other) };
    const nodes = await Promise.all(['0', '1', '2'].map((name) => world.node(name, { gpu: `card ${name}` })));
    const created: CreatedTask[] = [];
    for (const index of [0, 1, 2]) {
      const terms = { ...CHAT, type: 'StableDiffusion', requiredGpu: `card ${index}` } as const;
      created.push(
        await world.creator.create(terms, created[0] === undefined ? { sampled: true } : { taskId: created[0].taskId }),
      );
    }
    const contract = world.chain.contract('VSSTask');
    for (const [index, task] of created.entries()) {
      await contract.send(world.relay, 'reportTaskParametersUploaded', [task.commitment]);
      await contract.send(nodes[index] as DevnetAccount, 'submitTaskScore', [task.commitment, index === 2 ? scores.B : scores.A]);
    }
    await world.creator.validateGroup(created);
    expect((await chainTask(world.chain, (created[2] as CreatedTask).commitment)).status).toBe(status);
  });
});

describe('a group', () => {
  it('is refused in the order of its checks', async () => {
    const { created } = await form('AAA');
    const [a, b, c] = created as [CreatedTask, CreatedTask, CreatedTask];
    await expect(world.creator.validateGroup([b, a, c])).rejects.toMatchObject(revertError('Invalid task sequence'));
    const foreign = { ...a, taskId: b.nonce };
    await expect(world.creator.validateGroup([foreign, b, c])).rejects.toMatchObject(revertError('Incorrect Task GUID'));
    const contract = world.chain.contract('VSSTask');
    const args = [a.commitment, b.commitment, c.commitment, a.taskId, '0x', '0x'];
    await expect(contract.send(world.relay, 'validateTaskGroup', args)).rejects.toMatchObject(revertError('Invalid caller'));
    await world.creator.validateGroup([a, c, b]);
  });

  it('is refused if its first task was not sampled', async () => {
    const first = await world.creator.create(CHAT, { sampled: false });
    await world.creator.abort(first.commitment);
    const others = [];
    for (let i = 0; i < 2; i++) {
      const other = await world.creator.create(CHAT, { taskId: first.taskId });
      await world.creator.abort(other.commitment);
      others.push(other);
    }
    await expect(world.creator.validateGroup([first, ...others])).rejects.toMatchObject(
      revertError('Task is not selected for validation'),
    );
  });

  it.each([
    [1n, [1n, 0n, 0n]],
    [4n, [1n, 3n, 0n]],
    [7n, [2n, 2n, 3n]],
    [26n, [10n, 9n, 7n]],
  ] as const)('of %d wei is shared as in the 2025 contracts', async (feeWei, shares) => {
    const { created } = await form('AAA', { feeWei });
    await world.creator.validateGroup(created);
    const winner = await chainTask(world.chain, (created[0] as CreatedTask).commitment);
    expect(winner.payments.map(({ wei }) => wei)).toEqual(shares);
  });

  it.each([3n, 5n])('of %d wei can never be validated', async (feeWei) => {
    const { created } = await form('AAA', { feeWei });
    await expect(world.creator.validateGroup(created)).rejects.toMatchObject(revertError('Panic(17)'));
  });

  it('pays nobody if its winner is aborted before its result is reported', async () => {
    const { created, nodes } = await form('AAA');
    await world.creator.validateGroup(created);
    const [winner] = created as [CreatedTask];
    await world.passSeconds(181);
    const before = await Promise.all(nodes.map((node) => world.chain.balance((node as DevnetAccount).address)));
    await world.creator.abort(winner.commitment);
    expect((await chainTask(world.chain, winner.commitment)).status).toBe('EndAborted');
    expect(await Promise.all(nodes.map((node) => world.chain.balance((node as DevnetAccount).address)))).toEqual(before);
    expect(await world.chain.balance(world.chain.contracts.task)).toBe(0n);
  });
});
