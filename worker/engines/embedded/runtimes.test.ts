import { expect, it } from 'vitest';
import type { ImageRuntime } from './images/image-task.ts';
import type { LlmRuntime } from './llm/runtime.ts';
import { createRuntimes } from './runtimes.ts';

function watched() {
  const events: string[] = [];
  const note = (event: string) => {
    events.push(event);
    return Promise.resolve();
  };
  const llm: LlmRuntime = { gpuCount: 0, load: () => Promise.reject(new Error('unused')), release: () => note('llm released') };
  const images: ImageRuntime = {
    provider: 'cpu',
    load: () => Promise.reject(new Error('unused')),
    release: () => note('images released'),
  };
  const runtimes = createRuntimes({
    llm,
    device: 'cpu',
    importImages: async () => {
      await note('imported');
      return {
        startImageRuntime: (device) => note(`started on ${device}`).then(() => images),
        runStableDiffusionTask: () => note('painted'),
      };
    },
  });
  return { events, runtimes, llm };
}

// Refused arguments never get this far, so nothing of a task is needed here.
const TASK = { modelDir: '', outputDir: '', signal: new AbortController().signal } as Parameters<
  ReturnType<typeof createRuntimes>['runImages']
>[0];

it('does not even load the image engine for texts', async () => {
  const { events, runtimes, llm } = watched();
  expect(await runtimes.text()).toBe(llm);
  expect(events).toEqual([]);
});

it('holds models of only one kind at a time', async () => {
  const { events, runtimes } = watched();
  await runtimes.runImages(TASK);
  expect(events.splice(0)).toEqual(['imported', 'llm released', 'started on cpu', 'painted']);
  await runtimes.runImages(TASK);
  expect(events.splice(0)).toEqual(['imported', 'llm released', 'painted']);
  await runtimes.text();
  expect(events.splice(0)).toEqual(['images released']);
});
