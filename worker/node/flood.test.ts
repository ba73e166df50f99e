import { expect, it } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { elapsedMs } from '../../protocol/monotonic.ts';
import { nodeRig } from '../testing/node-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';

it("a flood of events about other nodes' tasks delays this node's task by no more than one poll", async () => {
  const rig = await nodeRig();
  const { network, clock } = rig;
  await rig.advance(2_000);
  const read: Hex[] = [];
  const answer = network.task.bind(network);
  network.task = async (commitment) => {
    read.push(commitment);
    await clock.sleep(200);
    return answer(commitment);
  };
  for (let n = 1_000; n < 1_300; n++) network.emit('TaskStarted', commitmentOf(n));
  await rig.advance(3_000);
  const own = commitmentOf(1);
  network.tasks.set(own, remoteTask({ commitment: own, startTimeMs: clock.now() }));
  network.pointer = own;
  const started = clock.monotonic();
  await rig.until(() => read.includes(own));
  expect(elapsedMs(started, clock.monotonic())).toBeLessThanOrEqual(1_250);
  await rig.until(() => network.submitted.length === 1);
  network.task = answer;
  await rig.advance(300);
});

it("a slow answer about another node's task delays this node's task by no more than one poll", async () => {
  const rig = await nodeRig();
  const { network, clock } = rig;
  await rig.advance(2_000);
  const [own, foreign] = [commitmentOf(1), commitmentOf(1_000)];
  const read: Hex[] = [];
  const answer = network.task.bind(network);
  network.task = async (commitment) => {
    read.push(commitment);
    if (commitment === foreign) await clock.sleep(15_000);
    return answer(commitment);
  };
  network.emit('TaskStarted', foreign);
  await rig.until(() => read.includes(foreign));
  network.start(remoteTask({ commitment: own, startTimeMs: clock.now() }));
  const started = clock.monotonic();
  await rig.until(() => read.includes(own));
  expect(elapsedMs(started, clock.monotonic())).toBeLessThanOrEqual(1_250);
  await rig.until(() => network.submitted.length === 1);
  expect(elapsedMs(started, clock.monotonic())).toBeLessThan(15_000);
  network.task = answer;
  await rig.advance(15_000);
});
