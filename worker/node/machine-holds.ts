/** The machine's own reasons for taking no tasks now: its cards, or an engine that must warm up. */
import type { SelfTestOrder } from '../../contract/gpu.ts';
import type { WarmUpOrder } from '../../contract/warm-up.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import type { SerialisedError } from '../../protocol/errors.ts';
import { WorkerError } from '../kit/errors.ts';
import type { NodeOptions } from './node-options.ts';

export class MachineHolds {
  readonly #guard: NodeOptions['guard'];
  readonly #warmUp: NodeOptions['warmUp'];

  constructor({ guard, warmUp }: Pick<NodeOptions, 'guard' | 'warmUp'>) {
    this.#guard = guard;
    this.#warmUp = warmUp;
  }

  /** In words; null = tasks may come. */
  reason(): string | null {
    return this.#guard?.reason() ?? this.#warmUp?.reason() ?? null;
  }

  get isHeld(): boolean {
    return this.reason() !== null;
  }

  problem(): SerialisedError | null {
    return this.#warmUp?.problem() ?? null;
  }

  views(): Pick<NodeView, 'gpu' | 'warmUp'> {
    return { gpu: this.#guard?.view() ?? null, warmUp: this.#warmUp?.view() ?? null };
  }

  onChange(listener: () => void): void {
    this.#guard?.onChange(listener);
    this.#warmUp?.onChange(listener);
  }

  /** `isIdle`: there is no task and none can arrive, so the card may be tested and the engine warmed up. */
  async run(signal: AbortSignal, isIdle: () => boolean): Promise<void> {
    await Promise.all([this.#guard?.run(signal, isIdle), this.#warmUp?.run(signal, isIdle)]);
  }

  /** @throws WorkerError NODE_ILLEGAL_STATE without self-test, or with nothing to decide */
  selfTest(order: SelfTestOrder): void {
    if (this.#guard === undefined) throw new WorkerError('NODE_ILLEGAL_STATE', 'this node has no self-test');
    this.#guard.order(order);
  }

  /** @throws WorkerError NODE_ILLEGAL_STATE if there is no warm-up */
  warmUp(order: WarmUpOrder): void {
    if (this.#warmUp === undefined) throw new WorkerError('NODE_ILLEGAL_STATE', 'the engine of this node does not warm up');
    this.#warmUp.order(order);
  }
}
