/** A profile's process for tests: runs the model store on the real clock, follows orders, and may be killed. */
import { z } from 'zod';
import { modelSettingsSchema } from '../../../contract/model-settings.ts';
import { SILENT_LOG } from '../../engines/log.ts';
import { systemClock } from '../../kit/system-clock.ts';
import { FakeEngine } from '../../testing/fake-engine.ts';
import { type Models, openModels } from '../models.ts';

const orderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), directory: z.string(), profile: z.string(), hubUrl: z.string() }),
  z.object({ type: z.literal('ask'), request: z.unknown() }),
  /** Executes a task that does not end. */
  z.object({ type: z.literal('execute'), name: z.string() }),
]);
export type Order = z.input<typeof orderSchema>;

const engine = new FakeEngine();
engine.answer = () => {
  send({ type: 'executing' });
  return new Promise(() => {});
};
let models: Models | null = null;

function send(message: object): void {
  process.send?.(message);
}

async function handleOrder(order: z.output<typeof orderSchema>): Promise<void> {
  if (order.type === 'open') {
    const { directory, profile, hubUrl } = order;
    models = await openModels({
      directory,
      profile,
      pid: process.pid,
      engine,
      engineKind: 'embedded',
      settings: modelSettingsSchema.parse({ hubUrl }),
      offered: [],
      announce: () => Promise.resolve(),
      clock: systemClock,
      log: SILENT_LOG,
    });
    models.subscribe((update) => send({ type: 'update', update }));
    void models.run(new AbortController().signal);
    return;
  }
  if (models === null) throw new Error(`${order.type} before open`);
  if (order.type === 'ask') {
    send({ type: 'answer', answer: await models.ask(order.request) });
    return;
  }
  const model = { id: order.name, type: 'base', variant: null };
  const job = { commitment: '0x1', type: 'Llm', models: [model], taskArgs: '', outputDir: '', timeLeftMs: () => 0 } as const;
  await models.engine.execute(job);
}

process.on('message', (message) => {
  handleOrder(orderSchema.parse(message)).catch((error: unknown) => send({ type: 'failed', error: String(error) }));
});
send({ type: 'ready' });
