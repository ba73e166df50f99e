import { implement } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { hostContract } from './host-contract.ts';
import { createHostClient } from './rpc-client.ts';
import { MAX_UNDER_WAY } from './rpc-frames.ts';
import { portPair } from './rpc-port.ts';
import { createRpcServer } from './rpc-server.ts';
import { BAD_FRAMES, randomFrames, TOO_LARGE_FRAME } from './testing/bad-frames.ts';

const INFO = { version: '1', shell: 'headless' as const, platform: 'linux', dataDir: '/data' };
const FEATURES = { notifications: false, startAtLogin: false, tray: false, updates: false, folders: false };

function serve() {
  const refused: unknown[] = [];
  const build = implement(hostContract);
  let answer = (): void => {};
  const waits = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const router = {
    app: { info: build.app.info.handler(() => ({ ...INFO, features: FEATURES })) },
    devnet: {
      start: build.devnet.start.handler(async () => {
        await waits;
        return {};
      }),
    },
  };
  const server = createRpcServer(router, (error) => refused.push(error));
  const open = () => {
    const [near, far] = portPair();
    server.serve(far);
    return near;
  };
  return { open, refused, answer };
}

/** Waits for the effects of a frame, all of which are microtasks and zero timers. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

async function closedBy(frame: string): Promise<string | undefined> {
  const { open, refused } = serve();
  const port = open();
  const closed = new Promise<string | undefined>((resolve) => port.onClose(resolve));
  port.post(frame);
  const why = await closed;
  expect(refused).toEqual([expect.objectContaining({ code: why })]);
  // The other connections keep working.
  expect(await createHostClient(open()).app.info({})).toMatchObject(INFO);
  return why;
}

describe('an invalid frame', () => {
  it.each(Object.entries(BAD_FRAMES))('closes its connection with a code, and no other: %s', async (_what, frame) => {
    expect(await closedBy(frame)).toBe('RPC_BAD_FRAME');
  });

  it('does so as well if it is too large', async () => {
    expect(await closedBy(TOO_LARGE_FRAME)).toBe('RPC_FRAME_TOO_LARGE');
  });

  it('never does more than that, whatever it contains', async () => {
    const { open } = serve();
    for (const frame of randomFrames(800)) {
      const port = open();
      port.post(frame);
      await settled();
      port.close();
    }
    expect(await createHostClient(open()).app.info({})).toMatchObject(INFO);
  });

  it("from the other side ends a client's connection and its open calls", async () => {
    for (const frame of [...Object.values(BAD_FRAMES), ...randomFrames(200)]) {
      const [near, far] = portPair();
      const call = createHostClient(near)
        .app.info({})
        .then(
          () => 'answered',
          () => 'failed',
        );
      far.post(frame);
      await settled();
      far.close();
      expect(await call).toBe('failed');
    }
  });
});

it('too many requests close their connection, and leave the others alone', async () => {
  const { open, refused, answer } = serve();
  const port = open();
  const closed = new Promise<string | undefined>((resolve) => port.onClose(resolve));
  const ask = (id: number) => port.post(JSON.stringify({ i: String(id), p: { u: '/devnet/start', b: { json: {} } } }));
  for (let id = 0; id < MAX_UNDER_WAY; id += 1) ask(id);
  await settled();
  expect(refused).toEqual([]);
  expect(await createHostClient(open()).app.info({})).toMatchObject(INFO);
  ask(MAX_UNDER_WAY);
  expect(await closed).toBe('RPC_FLOOD');
  answer();
  await settled();
  expect(refused).toEqual([expect.objectContaining({ code: 'RPC_FLOOD' })]);
});

it('an end of an unknown request, or a second request with the same number, does nothing', async () => {
  const { open, refused } = serve();
  const port = open();
  const answers: string[] = [];
  port.onFrame((frame) => answers.push(frame));
  port.post('{"i":"7","t":4}');
  port.post('{"i":"1","p":{"u":"/no/such/procedure"}}');
  port.post('{"i":"2","p":{"u":"/app/info","b":{"json":{}}}}');
  port.post('{"i":"2","p":{"u":"/app/info","b":{"json":{}}}}');
  await expect.poll(() => answers.length).toBeGreaterThanOrEqual(2);
  expect(refused).toEqual([]);
});
