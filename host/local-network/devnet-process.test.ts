import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { DevnetState } from '../../contract/devnet.ts';
import { fromDevnetSchema as fullFrom, toDevnetSchema as fullTo } from '../../devnet/channel.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { fromDevnetSchema, type ToDevnet } from './devnet-channel.ts';
import { createDevnetProcess } from './devnet-process.ts';

const PRESET = {
  id: 'devnet',
  title: 'Local network',
  network: 'devnet',
  relayUrl: 'http://127.0.0.1:4321',
  acceptedEngines: ['embedded' as const],
  samplingModulus: 10,
  minStakeWei: '1',
};
const READY = {
  type: 'ready',
  relayUrl: PRESET.relayUrl,
  network: 'devnet',
  samplingModulus: 10,
  preset: PRESET,
  explorerUrl: 'http://127.0.0.1:1/',
  peers: [],
};
const ENGINE = { command: 'node', args: [], env: {} };

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'local-network-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
});

function rig(mode?: 'chain') {
  const clock = new ManualClock(0);
  const processes: { sent: ToDevnet[]; say: (message: unknown) => void; exit: () => void; killed: boolean }[] = [];
  const devnet = createDevnetProcess({
    dataDir,
    ...(mode === undefined ? {} : { mode }),
    workerEntry: '/worker',
    peers: [{ name: 'ada', engine: ENGINE, gpu: { name: 'Card+Linux', vramGib: 8 }, modelIds: ['base:a/b'] }],
    clock,
    onError: () => {},
    fork() {
      const made: (typeof processes)[number] = { sent: [], say: () => {}, exit: () => {}, killed: false };
      processes.push(made);
      return {
        send: (message) => void made.sent.push(message),
        onMessage: (listener) => {
          made.say = listener;
        },
        onExit: (listener) => {
          made.exit = listener;
        },
        kill() {
          made.killed = true;
          made.exit();
        },
      };
    },
  });
  const states: DevnetState['kind'][] = [];
  devnet.watch(({ kind }) => states.push(kind));
  const child = (at = 0) => {
    const found = processes[at];
    if (found === undefined) throw new Error('no process was started');
    return found;
  };
  return { devnet, clock, child, states, processes };
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: { code?: string }) => error.code ?? 'none',
  );

describe('the local network', () => {
  it('is started once for everybody who needs it, and keeps its tasks and port', async () => {
    const { devnet, child, states, processes } = rig();
    const asked = [devnet.start(), devnet.start()];
    child().say(READY);
    const presets = await Promise.all(asked);
    expect(presets.map(({ relayUrl }) => relayUrl)).toEqual([PRESET.relayUrl, PRESET.relayUrl]);
    expect(processes).toHaveLength(1);
    expect(child().sent.at(-1)).toEqual({ type: 'workload', everySeconds: 4 });
    expect(devnet.state()).toMatchObject({ kind: 'running', networkId: 'devnet', explorerUrl: READY.explorerUrl });
    const stopped = devnet.stop();
    const again = devnet.start();
    child().exit();
    await stopped;
    await expect.poll(() => processes.length).toBe(2);
    expect(child(1).sent[0]).toMatchObject({ type: 'start', config: { port: 4321 } });
    child(1).say(READY);
    await again;
    expect(states).toEqual(['starting', 'running', 'stopped', 'starting', 'running']);
  });

  it('reports why it could not start, and can be started again', async () => {
    const { devnet, child } = rig();
    const first = failure(devnet.start());
    child().say({ type: 'fatal', error: { code: 'DEVNET_X', message: 'no', data: {} } });
    expect(await first).toBe('LOCAL_NETWORK_FAILED');
    child().exit();
    expect(devnet.state()).toMatchObject({ kind: 'failed', error: { message: 'DEVNET_X: no' } });
    const second = devnet.start();
    child(1).say(READY);
    await second;
    expect(devnet.state().kind).toBe('running');
  });

  it('has failed if it ends by itself, and leaves nobody waiting', async () => {
    const { devnet, child } = rig();
    const started = devnet.start();
    child().say(READY);
    await started;
    const funded = failure(devnet.fund('0x1', { walletWei: 1n }));
    child().exit();
    expect(await funded).toBe('LOCAL_NETWORK_ENDED');
    expect(devnet.state()).toMatchObject({ kind: 'failed', error: { code: 'LOCAL_NETWORK_ENDED' } });
    expect(devnet.preset()).toBeNull();
    expect(await failure(devnet.fund('0x1', { walletWei: 1n }))).toBe('LOCAL_NETWORK_ENDED');
  });

  it('is reported as silent if it does not answer, and is killed when it must end', async () => {
    const { devnet, child, clock } = rig();
    const started = devnet.start();
    child().say(READY);
    await started;
    const funded = failure(devnet.fund('0x1', { walletWei: 1n }));
    await clock.tick(60_000);
    expect(await funded).toBe('LOCAL_NETWORK_SILENT');
    const stopped = devnet.stop();
    await clock.tick(30_000);
    await stopped;
    expect([child().killed, devnet.state().kind]).toEqual([true, 'stopped']);
  });

  it.each([
    [undefined, 'relay', 'state'],
    ['chain', 'chain', 'state-chain'],
  ] as const)('has mode %s when started with mode %s, and keeps its state separate', async (asked, mode, folder) => {
    const { devnet, child } = rig(asked);
    const started = devnet.start();
    expect(child().sent[0]).toMatchObject({ type: 'start', config: { mode, statePath: path.join(dataDir, folder) } });
    expect(fullTo.parse(child().sent[0])).toMatchObject({ config: { mode } });
    child().say(READY);
    await started;
  });

  it("speaks the devnet's own language", async () => {
    const { devnet, child } = rig();
    const started = devnet.start();
    expect(fromDevnetSchema.parse(READY)).toMatchObject({
      preset: { relayUrl: PRESET.relayUrl },
      explorerUrl: READY.explorerUrl,
    });
    expect(fullFrom.safeParse(READY).success).toBe(true);
    child().say(READY);
    await started;
    const address = `0x${'12'.repeat(20)}`;
    const funded = devnet.fund(address, { walletWei: 5n });
    child().say({ type: 'funded', id: 1 });
    await funded;
    const stopped = devnet.stop();
    child().exit();
    await stopped;
    expect(child().sent.map((message) => fullTo.safeParse(message).error ?? message.type)).toEqual([
      'start',
      'workload',
      'fund',
      'stop',
    ]);
  });
});
