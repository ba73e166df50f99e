import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { imageScore } from '../../protocol/scores/score.ts';
import { createHarness, MODEL } from './testing/harness.ts';

const picture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../protocol/vectors/phash/${name}.png`, import.meta.url)));
const [FIRST, SECOND, OTHER] = [picture('00-rgb-256x256'), picture('02-rgb-64x64'), picture('07-rgb48-128x192')];

const IMAGE_TASK = {
  task_type: 0,
  task_args: JSON.stringify({ base_model: { name: 'qwen/qwen3-8b' }, prompt: 'a fox', task_config: { num_images: 2 } }),
  task_model_ids: [MODEL],
};

test('images are accepted only if they hash, in their order, to the score', async () => {
  const { relay, actor } = createHarness();
  const [app, node] = [actor('app'), actor('n1')];
  await node.join();
  const task = await app.createTask({ overrides: IMAGE_TASK });
  relay.runRound();
  await node.score(task.commitment, imageScore([FIRST, SECOND]));
  await app.validate([task]);
  const status = () => relay.task(task.commitment)?.status;
  expect(status()).toBe('Validated');

  for (const files of [[FIRST], [SECOND, FIRST], [FIRST, OTHER], [FIRST, SECOND, OTHER]]) {
    const answer = await node.upload(task.commitment, files);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('Wrong result files uploaded')]);
  }
  // A file that is not an image has no hash to compare.
  expect((await node.upload(task.commitment, [FIRST, new Uint8Array(8)])).status).toBe(500);
  expect(status()).toBe('Validated');
  expect((await node.upload(task.commitment, [FIRST, SECOND])).json).toEqual({ message: 'success' });
  expect(status()).toBe('EndSuccess');
  await relay.close();
});
