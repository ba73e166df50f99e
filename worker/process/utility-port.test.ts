import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ParentPort, PortMain } from './utility-port.ts';
import { utilityPort } from './utility-port.ts';

class FakePort extends EventEmitter implements PortMain {
  readonly sent: unknown[] = [];
  closed = false;

  postMessage(message: unknown): void {
    this.sent.push(message);
  }

  start(): void {}

  close(): void {
    this.closed = true;
    this.emit('close');
  }

  hear(data: unknown, ports: readonly PortMain[] = []): void {
    this.emit('message', { data, ports });
  }
}

function open() {
  const parent = new FakePort();
  const heard: unknown[] = [];
  const port = utilityPort(parent as ParentPort, process);
  port.onMessage((message) => heard.push(message));
  return { parent, heard, port };
}

describe('the channel of a worker inside Electron', () => {
  it('passes messages on in both directions', async () => {
    const { parent, heard, port } = open();
    parent.hear({ type: 'stop', quitNetwork: false });
    await port.send({ type: 'stopped' });
    await port.send({ type: 'rpc', connection: 1, event: 'frame', frame: 'a' });
    expect(heard).toEqual([{ type: 'stop', quitNetwork: false }]);
    expect(parent.sent).toEqual([{ type: 'stopped' }, { type: 'rpc', connection: 1, event: 'frame', frame: 'a' }]);
  });

  it('makes a separate connection of a port that a window hands over', async () => {
    const { parent, heard, port } = open();
    const windows = [new FakePort(), new FakePort()] as const;
    for (const window of windows) parent.hear({ type: 'port' }, [window]);
    windows[1].hear('hello');
    const [first, second] = heard as { connection: number }[];
    expect(heard).toMatchObject([
      // A caller with its own port is always a page.
      { event: 'open', caller: 'page' },
      { event: 'open', caller: 'page' },
      { event: 'frame', frame: 'hello', connection: second?.connection },
    ]);
    await port.send({ type: 'rpc', connection: second?.connection ?? 0, event: 'frame', frame: 'answer' });
    expect(windows.map(({ sent }) => sent)).toEqual([[], ['answer']]);
    windows[1].hear(new Uint8Array(2));
    expect(heard.at(-1)).toMatchObject({ event: 'close', frame: 'RPC_BAD_FRAME', connection: second?.connection });
    windows[0].close();
    expect(heard.at(-1)).toMatchObject({ event: 'close', connection: first?.connection });
    // Frames to a window that has closed do not concern the supervisor.
    await port.send({ type: 'rpc', connection: first?.connection ?? 0, event: 'frame', frame: 'late' });
    expect(parent.sent).toEqual([]);
  });

  it('closes a port, and only this one, with a code if it sends anything but text', async () => {
    const { parent, heard, port } = open();
    const windows = [new FakePort(), new FakePort()] as const;
    for (const window of windows) parent.hear({ type: 'port' }, [window]);
    windows[1].hear(new Uint8Array(2));
    const [first, second] = heard as { connection: number }[];
    expect(windows.map(({ closed }) => closed)).toEqual([false, true]);
    // Only once, although the port itself then reports that it has closed.
    expect(heard.slice(2)).toEqual([{ type: 'rpc', connection: second?.connection, event: 'close', frame: 'RPC_BAD_FRAME' }]);
    await port.send({ type: 'rpc', connection: first?.connection ?? 0, event: 'frame', frame: 'answer' });
    expect(windows[0].sent).toEqual(['answer']);
  });

  it('closes the window’s port when the worker ends the connection', async () => {
    const { parent, heard, port } = open();
    const window = new FakePort();
    parent.hear({ type: 'port' }, [window]);
    const { connection } = heard[0] as { connection: number };
    await port.send({ type: 'rpc', connection, event: 'close', frame: '' });
    expect(window.closed).toBe(true);
    expect(heard).toHaveLength(1);
  });
});
