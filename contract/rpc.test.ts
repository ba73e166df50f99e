import { implement } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../protocol/errors.ts';
import { ChannelConnections, ChannelServer } from './channel-connections.ts';
import { hostContract } from './host-contract.ts';
import { createHostClient } from './rpc-client.ts';
import { errorOf } from './rpc-errors.ts';
import { portPair } from './rpc-port.ts';
import { createRpcServer } from './rpc-server.ts';
import { settingsSchema } from './settings.ts';

function connect(change: () => Promise<never> | Promise<ReturnType<typeof settingsSchema.parse>>) {
  const unexpected: unknown[] = [];
  const stopped: string[] = [];
  const build = implement(hostContract);
  const router = {
    settings: {
      change: build.settings.change.handler(change),
      watch: build.settings.watch.handler(async function* ({ signal }) {
        try {
          for (let count = 0; !signal?.aborted && count < 1_000; count += 1) {
            yield settingsSchema.parse({ railCollapsed: count % 2 === 1 });
          }
        } finally {
          stopped.push('watch');
        }
      }),
    },
  };
  const [near, far] = portPair();
  // This tests the transport of calls; what a page may do is tested elsewhere.
  createRpcServer(router, (error) => unexpected.push(error)).serve(far, 'own');
  return { client: createHostClient(near), unexpected, stopped, near };
}

const failed = (call: Promise<unknown>) => call.then(() => null, errorOf);

describe('connections inside a channel', () => {
  it('are separated by number, and close on both sides', async () => {
    const heard: string[] = [];
    const client = new ChannelConnections((message) => server.receive(message));
    const server: ChannelServer = new ChannelServer({
      send: (message) => client.receive(message),
      serve: (port) => {
        port.onFrame((frame) => port.post(`${frame}!`));
        port.onClose(() => heard.push('closed'));
      },
    });
    const [one, two] = [client.open(), client.open()];
    one.onFrame((frame) => heard.push(`one ${frame}`));
    two.onFrame((frame) => heard.push(`two ${frame}`));
    two.onClose(() => heard.push('two closed'));
    two.post('b');
    one.post('a');
    one.close();
    one.post('lost');
    client.closeAll();
    two.post('lost');
    expect(heard).toEqual(['two b!', 'one a!', 'closed', 'two closed']);
  });
});

describe('the contract over a port', () => {
  it('carries a call and its answer', async () => {
    const { client } = connect(async () => settingsSchema.parse({ appearance: 'dark' }));
    expect(await client.settings.change({ appearance: 'dark' })).toMatchObject({ appearance: 'dark', updates: 'ask' });
  });

  it('refuses an invalid input, naming the field', async () => {
    const { client } = connect(async () => settingsSchema.parse({}));
    const call = client.settings.change({ appearance: 'purple' as 'dark' });
    expect(await failed(call)).toMatchObject({ code: 'RPC_BAD_INPUT' });
  });

  it('carries a coded error completely, and of any other only that it happened', async () => {
    const coded = connect(() => Promise.reject(new CodedError('HOST_X', 'the file is full', { file: 'settings.json' })));
    expect(await failed(coded.client.settings.change({}))).toEqual({
      code: 'HOST_X',
      message: 'the file is full',
      data: { file: 'settings.json' },
    });
    expect(coded.unexpected).toEqual([]);
    const secret = new Error('the key 0xabc could not be read');
    const other = connect(() => Promise.reject(secret));
    const seen = await failed(other.client.settings.change({}));
    expect(seen).toMatchObject({ code: 'UNEXPECTED' });
    expect(JSON.stringify(seen)).not.toContain('0xabc');
    expect(other.unexpected).toEqual([secret]);
  });

  it('carries a subscription, and ends it on the other side when the client stops reading', async () => {
    const { client, stopped } = connect(async () => settingsSchema.parse({}));
    const seen: boolean[] = [];
    for await (const settings of await client.settings.watch({})) {
      seen.push(settings.railCollapsed);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([false, true, false]);
    await expect.poll(() => stopped).toEqual(['watch']);
  });

  it('rejects open calls when the connection closes', async () => {
    const { client, near } = connect(() => new Promise<never>(() => {}));
    const call = failed(client.settings.change({}));
    await Promise.resolve();
    near.close();
    expect(await call).toMatchObject({ code: 'RPC_DISCONNECTED' });
    expect(await failed(client.settings.change({}))).toMatchObject({ code: 'RPC_DISCONNECTED' });
  });
});
