import { expect, test } from 'vitest';
import { createHarness, FEE, llmResult, STAKE } from './testing/harness.ts';

test('a single task goes from creation to payment', async () => {
  const { relay, clock, actor } = createHarness();
  const [app, node] = [actor('app'), actor('n1')];
  expect((await node.join()).json).toEqual({ message: 'success' });

  const task = await app.createTask();
  expect(task.answer.text).toContain('success');
  expect(relay.totals().escrowWei).toBe(FEE);
  relay.runRound();
  expect(await node.currentTask()).toBe(task.commitment);

  await clock.tick(2_000);
  const { files, score } = llmResult('four');
  expect((await node.score(task.commitment, score)).json).toEqual({ message: 'success' });
  expect((await app.validate([task])).json).toEqual({ message: 'success' });
  expect((await node.upload(task.commitment, files)).json).toEqual({ message: 'success' });

  expect(relay.task(task.commitment)?.status).toBe('EndSuccess');
  expect(await node.currentTask()).toBe(`0x${'0'.repeat(64)}`);
  expect(relay.balanceWei(node.address)).toBe(FEE);
  expect(relay.balanceWei(app.address)).toBe(99n * FEE);
  const totals = relay.totals();
  expect(totals).toMatchObject({ escrowWei: 0n, stakesWei: 3n * STAKE, slashedWei: 0n });
  expect(totals.totalWei).toBe(totals.issuedWei);

  const path = `/v1/inference_tasks/${task.commitment}/results/0`;
  const result = await app.get(path, { index: '0', task_id_commitment: task.commitment });
  expect(result.text).toBe('{"text":"four"}');
  await relay.close();
});
