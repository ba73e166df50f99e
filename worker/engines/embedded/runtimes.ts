/** Language models and image models on one device: before one kind computes, the other is removed from memory. */
import type { EmbeddedDevice } from './environment.ts';
import type { ImageRuntime, ImageTask } from './images/image-task.ts';
import type { LlmRuntime } from './llm/runtime.ts';

export interface Runtimes {
  text(): Promise<LlmRuntime>;
  /** @throws as `runStableDiffusionTask`; EngineError ENGINE_NO_GPU */
  runImages(task: Omit<ImageTask, 'runtime'>): Promise<void>;
}

/** The exports of `images/image-task.ts`: loaded with the first image task, because most nodes never get one. */
export interface ImageModule {
  startImageRuntime(device: EmbeddedDevice): Promise<ImageRuntime>;
  runStableDiffusionTask(task: ImageTask): Promise<unknown>;
}

export function createRuntimes(input: {
  readonly llm: LlmRuntime;
  readonly device: EmbeddedDevice;
  readonly importImages?: () => Promise<ImageModule>;
}): Runtimes {
  const { llm, device, importImages = () => import('./images/image-task.ts') } = input;
  let images: ImageRuntime | null = null;
  return {
    async text() {
      await images?.release();
      return llm;
    },
    async runImages(task) {
      const { startImageRuntime, runStableDiffusionTask } = await importImages();
      await llm.release();
      images ??= await startImageRuntime(device);
      await runStableDiffusionTask({ ...task, runtime: images });
    },
  };
}
