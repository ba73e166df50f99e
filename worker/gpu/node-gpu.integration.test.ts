/** Real worker processes with fixture cards: what is reported, what engines see, who owns what, who takes tasks when. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNodeClient } from '../../contract/rpc-client.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import { EMBEDDED_ENGINE } from '../../demo/programs.ts';
import { CHAT_MODEL } from '../../devnet/application/samples.ts';
import { ownProcesses } from './own-processes.ts';
import { compose, composedUuid, withField } from './testing/compose.ts';
import { testMachine } from './testing/profiles.ts';

const [A, B] = [composedUuid(0), composedUuid(1)];
const TWO_CARDS = compose(['tesla-t4', 'rtx-3090-v12']);

/** How `WORKER_FATAL` names the reason. */
const refusal = (code: string) => expect.objectContaining({ code: 'WORKER_FATAL', data: { reason: code } });

describe.runIf(process.platform !== 'win32')('profiles on one machine', () => {
  it('law 6: each reports one card, and its engine sees only that card', async () => {
    const machine = await testMachine(TWO_CARDS);
    const [alice, bob] = [machine.start('alice', { gpu: { uuids: [A] } }), machine.start('bob', { gpu: { uuids: [B] } })];
    await Promise.all([alice.started, bob.started]);
    expect(alice.row()).toMatchObject({ gpuName: expect.stringMatching(/^Tesla T4\+(Linux|docker)$/), gpuVramGib: 15 });
    expect(alice.engineEnvironment().CUDA_VISIBLE_DEVICES).toBe(A);
    expect(bob.row()).toMatchObject({
      gpuName: expect.stringMatching(/^NVIDIA GeForce RTX 3090\+(Linux|docker)$/),
      gpuVramGib: 24,
    });
    expect(bob.engineEnvironment().CUDA_VISIBLE_DEVICES).toBe(B);
    for (const { client, row } of [alice, bob]) {
      const { report, uuids, sample } = client.node()?.gpu ?? expect.fail();
      expect([report.reportedName, report.reportedVramGib]).toEqual([row()?.gpuName, row()?.gpuVramGib]);
      expect(sample?.cards.map(({ id }) => id)).toEqual(uuids);
    }
  });

  it('law 6: a group of two shards its models, as its name says', async () => {
    const machine = await testMachine(compose(['tesla-t4', 'tesla-t4']));
    const group = machine.start('group', { gpu: { uuids: [B, A] } });
    await group.started;
    expect(group.row()).toMatchObject({ gpuName: expect.stringMatching(/^2x Tesla T4 TP\+(Linux|docker)$/), gpuVramGib: 30 });
    expect(group.engineEnvironment()).toMatchObject({ CUDA_VISIBLE_DEVICES: `${A},${B}`, GPT_EXECUTOR: 'tensor_parallel' });
  });

  it('a card has one owner; SIGKILL and an orderly end free it', async () => {
    const machine = await testMachine(TWO_CARDS);
    const alice = machine.start('alice', { gpu: { uuids: [A] } });
    await alice.started;
    const bob = machine.start('bob', { gpu: { uuids: [A] } });
    await expect(bob.started).rejects.toEqual(refusal('GPU_TAKEN'));
    await bob.client.exited;
    expect(bob.row()).toBeUndefined();
    expect(alice.client.node()?.state).toBe('running');

    await alice.kill();
    const again = machine.start('bob', { gpu: { uuids: [A] } });
    await again.started;
    await expect(machine.start('alice', { gpu: { uuids: [A] } }).started).rejects.toEqual(refusal('GPU_TAKEN'));
    await again.client.stop({ quitNetwork: true });
    await machine.start('alice', { gpu: { uuids: [A] } }).started;
  });

  it.each([
    ['GPU_UNKNOWN_CARD', TWO_CARDS, { uuids: [composedUuid(7)] }],
    ['GPU_NOT_IDENTICAL', TWO_CARDS, { uuids: [A, B] }],
    ['GPU_REPORT_MISMATCH', TWO_CARDS, { uuids: [A], confirmed: { name: 'Tesla T4+Linux', vramGib: 16 } }],
    ['GPU_MIG_ENABLED', withField(TWO_CARDS, 'current_mig', 'Enabled'), { uuids: [A] }],
    ['GPU_NO_DRIVER', "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", { uuids: [A] }],
  ])('%s: such a profile does not start', async (code, xml, gpu) => {
    const machine = await testMachine(xml);
    const profile = machine.start('alice', { gpu });
    await expect(profile.started).rejects.toEqual(refusal(code));
    await profile.client.exited;
    expect(profile.row()).toBeUndefined();
  });
});

describe.runIf(process.platform !== 'win32')('a limit', () => {
  it('that is exceeded pauses the node at the relay, and it resumes when the card has cooled down', async () => {
    const machine = await testMachine(TWO_CARDS);
    const limits = { temperatureC: { pauseAt: 85, resumeAt: 75 } };
    const alice = machine.start('alice', { gpu: { uuids: [A], settings: { limits } } });
    await alice.started;
    expect(alice.row()?.status).toBe('Available');
    machine.setCards(withField(TWO_CARDS, 'gpu_temp', '91 C'));
    const hot = await alice.client.until((node) => node.state === 'paused');
    expect(alice.row()?.status).toBe('Paused');
    expect(hot.gpu).toMatchObject({ acceptance: { accept: false, reasons: [{ code: 'GPU_TOO_HOT' }] } });
    expect(hot.gpu?.sample?.cards[0]?.temperatureC).toBe(91);
    machine.setCards(TWO_CARDS);
    await alice.client.until((node) => node.state === 'running');
    expect(alice.row()?.status).toBe('Available');
    await alice.client.stop({ quitNetwork: true });
    const database = new DatabaseSync(join(alice.dataDir, 'gpu.sqlite'), { readOnly: true });
    onTestFinished(() => database.close());
    expect(database.prepare('SELECT max(temperature_max) AS hottest FROM gpu_telemetry').get()).toEqual({ hottest: 91 });
  });
});

describe.runIf(process.platform !== 'win32')('the self-test, on the embedded engine', () => {
  it('runs before joining; a changed result keeps the node out until the host decides', async () => {
    const machine = await testMachine(TWO_CARDS);
    const modelId = `base:${CHAT_MODEL}`;
    const options = {
      gpu: { uuids: [A], selfTest: { modelId } },
      engine: { kind: 'program' as const, ...EMBEDDED_ENGINE },
      modelIds: [modelId],
    };
    const first = machine.start('alice', options);
    const joined = await first.started;
    expect(joined.gpu?.selfTest).toMatchObject({ state: 'passed', score: expect.stringMatching(/^0x[0-9a-f]{64}$/) });
    await first.client.stop({ quitNetwork: true });

    // As if the accepted result had been different and the driver older.
    const database = new DatabaseSync(join(first.dataDir, 'gpu.sqlite'));
    database.exec(`UPDATE gpu_self_tests SET score = '0x${'11'.repeat(32)}', driver = '1.0'`);
    database.close();
    const second = machine.start('alice', options);
    const isChanged = (node: NodeView) => node.gpu?.selfTest?.state === 'changed' && node.state === 'paused';
    const blocked = await second.client.until(isChanged);
    expect(blocked.gpu?.acceptance.reasons).toMatchObject([{ code: 'GPU_SELF_TEST_CHANGED' }]);
    expect(blocked.gpu?.selfTest?.changed).toEqual(['driver']);
    expect(second.row()?.status).toBe('Quit');
    await createNodeClient(second.client.connect('own')).node.selfTest({ order: 'accept' });
    await second.started;
    expect(second.row()?.status).toBe('Available');
  });
});

it("distinguishes this process's own children on a card from others", async () => {
  const children: ChildProcess[] = [];
  onTestFinished(() => children.forEach((child) => void child.kill('SIGKILL')));
  const child = fork(join(import.meta.dirname, 'testing', 'claim-program.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  children.push(child);
  await once(child, 'message');
  const onCards = [child.pid ?? 0, 1].map((pid) => ({ pid, kind: 'compute' as const, name: 'x', memoryMib: null }));
  const own = await ownProcesses(onCards);
  expect([own.has(process.pid), own.has(child.pid ?? 0), own.has(1)]).toEqual([true, true, false]);
});
