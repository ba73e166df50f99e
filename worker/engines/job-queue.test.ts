import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EngineOutcome } from './engine.ts';
import { createJobQueue } from './job-queue.ts';

const DONE: EngineOutcome = { kind: 'success' };
const STOPPED: EngineOutcome = { kind: 'cancelled', reason: 'shutdown', detail: '' };

it('9.2 one at a time: hands out jobs in order, one at a time, and settles each exactly once', async () => {
  const step = fc.constantFrom('add' as const, 'next' as const, 'settle' as const, 'drop' as const);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const queue = createJobQueue();
      const added: { outcome: Promise<EngineOutcome> }[] = [];
      const given: string[] = [];
      const dropped = new Set<string>();
      const waiting: ReturnType<typeof queue.add>['ticket'][] = [];
      for (const kind of steps) {
        if (kind === 'add') {
          const job = queue.add({ id: String(added.length), frame: '' });
          added.push(job);
          waiting.push(job.ticket);
        } else if (kind === 'next') {
          const before = queue.sent;
          const ticket = queue.next();
          if (before !== null) expect(ticket).toBeNull();
          if (ticket !== null) given.push(ticket.id);
        } else if (kind === 'settle') {
          queue.sent?.settle(DONE);
        } else {
          const last = waiting.at(-1);
          if (last === undefined || given.includes(last.id)) continue;
          last.settle(STOPPED);
          expect(last.over.aborted).toBe(true);
          dropped.add(last.id);
        }
      }
      const order = added.map((_, index) => String(index)).filter((id) => !dropped.has(id));
      expect(given).toEqual(order.slice(0, given.length));
      queue.settleAll(STOPPED);
      expect(queue.sent).toBeNull();
      expect(queue.next()).toBeNull();
      expect(await Promise.all(added.map(({ outcome }) => outcome))).toHaveLength(added.length);
    }),
  );
});
