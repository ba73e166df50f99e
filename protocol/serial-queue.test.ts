import { expect, it } from 'vitest';
import { SerialQueue } from './serial-queue.ts';

it('begins each piece of work when the one before has ended, even if that one failed', async () => {
  const queue = new SerialQueue();
  const steps: string[] = [];
  const gate = Promise.withResolvers<string>();
  const first = queue.run(async () => {
    steps.push('first begins');
    return gate.promise;
  });
  const second = queue.run(() => {
    steps.push('second begins');
    throw new Error('failed');
  });
  const third = queue.run(() => void steps.push('third begins'));
  await new Promise(setImmediate);
  expect(steps).toEqual(['first begins']);
  gate.resolve('result');
  expect(await first).toBe('result');
  await expect(second).rejects.toThrow('failed');
  await third;
  expect(steps).toEqual(['first begins', 'second begins', 'third begins']);
});
