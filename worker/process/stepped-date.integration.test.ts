/**
 * Workers whose date is set while they run: one as a separate process, one against the devnet's relay, which checks
 * signatures.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createWorkerClient } from '../../contract/worker-client.ts';
import { createApplication } from '../../devnet/application/application.ts';
import { createRelay } from '../../devnet/relay/relay.ts';
import { systemRandom } from '../../devnet/system.ts';
import type { Hex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { systemClock } from '../kit/system-clock.ts';
import { isSignatureRefused } from '../networks/relay/refusals.ts';
import { RelayNetwork } from '../networks/relay/relay-network.ts';
import { answerJson, startHttpRelay } from '../testing/http-relay.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { nodeConfig, startWorkerRig } from '../testing/worker-rig.ts';

const KEY: Hex = `0x${'17'.repeat(32)}`;
const APPLICATION: Hex = `0x${'29'.repeat(32)}`;
const CNX = 10n ** 18n;

it.skipIf(process.platform === 'win32')(
  'a worker process keeps asking for its task when its date is set back by an hour',
  async () => {
    const real = createRelay({ clock: systemClock, random: systemRandom });
    const realUrl = await real.listen();
    onTestFinished(() => real.close());
    const relay = await startHttpRelay();
    const waiting: { count: number; done: () => void }[] = [];
    let pointers = 0;
    relay.behave(({ method, path, query, headers, body }, response) => {
      if (path.endsWith('/task')) pointers++;
      for (const { count, done } of waiting) if (pointers >= count) done();
      const type = { 'content-type': headers['content-type'] ?? 'application/json' };
      const init = { method, headers: type, ...(method === 'GET' ? {} : { body: new Uint8Array(body) }) };
      void fetch(`${realUrl}${path}?${query}`, init).then(async (answer) =>
        answerJson(response, answer.status, await answer.json()),
      );
    });
    const morePointers = (count: number) => new Promise<void>((done) => waiting.push({ count: pointers + count, done }));

    const child = fork(resolve('worker/main.ts'), [], {
      execArgv: ['--disable-warning=ExperimentalWarning', '--import', resolve('worker/testing/stepped-date.ts')],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const exited = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    const client = createWorkerClient({
      pid: child.pid,
      send: (message) => void child.send(message as object),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void child.on('exit', (code, signal) => listener({ code, signal })),
    });
    // It has no engine and therefore never joins, but it polls the network all the same.
    client.start(nodeConfig({ dataDir: tempDir(), relayUrl: relay.url }), KEY).catch(() => {});
    await morePointers(2);
    const stepped = once(child.stdout ?? expect.fail(), 'data');
    child.kill('SIGUSR2');
    expect(String((await stepped)[0])).toContain('stepped -3600000');
    // A worker that used the date for waiting would poll again in an hour.
    await morePointers(3);
  },
);

it('a relay that checks signatures refuses none although the date is set repeatedly', async () => {
  const relay = createRelay({
    clock: systemClock,
    random: systemRandom,
    config: {
      samplingModulus: 1_000_000,
      times: { scan: 0.05, executionMin: 60, executionMax: 60 },
      genesis: {
        accounts: [{ address: addressOf(APPLICATION), balanceWei: 1_000n * CNX }],
        stakes: [{ address: addressOf(KEY), stakeWei: 400n * CNX }],
      },
    },
  });
  const relayUrl = await relay.listen();
  onTestFinished(() => relay.close());
  let byMs = 0;
  const refused: unknown[] = [];
  const rig = startWorkerRig({
    parts: {
      clock: { ...systemClock, now: () => systemClock.now() + byMs },
      createNetwork: (options) => {
        const network = new RelayNetwork(options);
        const noticing = (property: unknown) =>
          typeof property !== 'function'
            ? property
            : (...args: unknown[]) => {
                const answer: unknown = property.apply(network, args);
                if (answer instanceof Promise) {
                  answer.catch((error: unknown) => {
                    if (isSignatureRefused(error)) refused.push(error);
                  });
                }
                return answer;
              };
        return new Proxy(network, { get: (target, name) => noticing(Reflect.get(target, name, target)) });
      },
    },
  });
  onTestFinished(async () => {
    rig.disconnect();
    rig.disconnect();
    await rig.client.exited;
  });
  await rig.client.start(nodeConfig({ dataDir: tempDir(), relayUrl }), KEY);
  const application = createApplication({
    relayUrl,
    privateKey: APPLICATION,
    clock: systemClock,
    random: systemRandom,
    samplingModulus: 1_000_000,
    pollMs: 50,
  });
  const runTask = () => {
    const args = JSON.stringify({ model: 'tiny/model', messages: [{ role: 'user', content: 'hello' }] });
    return application.runTask({ type: 'Llm', args, modelIds: ['base:tiny/model'], feeWei: String(CNX) } as never);
  };
  expect((await runTask()).kind).toBe('success');
  for (const seconds of [-45, 3_600, -86_400, 86_445]) {
    byMs += seconds * 1_000;
    expect((await runTask()).kind).toBe('success');
  }
  expect(refused).toEqual([]);
});
