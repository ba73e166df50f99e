import { expect, it } from 'vitest';
import { nodeRig } from '../testing/node-rig.ts';
import { remoteTask } from '../testing/remote-task.ts';
const commitmentOf = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const;
it.each([1,2,3,4,5,6,7,8])('busy %s', async () => {
  const rig = await nodeRig();
  const { network, clock, until, store } = rig;
  for (let n = 1; n <= 40; n++) {
    const commitment = commitmentOf(n);
    const startMs = clock.now();
    try {
      network.start(remoteTask({ commitment, startTimeMs: startMs }));
      const reads = network.callsOf('task').length;
      await until(() => network.callsOf('task').length > reads);
      await until(() => network.tasks.get(commitment)?.status === 'ScoreReady');
      network.change(commitment, { status: 'Validated' });
      network.emit('TaskValidated', commitment);
      await until(() => store.tasks.get(commitment).closedMs !== null);
    } catch (error) {
      console.error(n, clock.now() - startMs, JSON.stringify(store.tasks.find(commitment)), JSON.stringify(network.tasks.get(commitment)));
      for (const call of network.calls.slice(-60)) console.error(JSON.stringify({ ...call, atMs: (call as any).atMs - startMs }).slice(0, 160));
      console.error(JSON.stringify(store.executions.of?.(commitment)));
      throw error;
    }
  }
});
