/** A test's own connection through the window, using the preload script's bridge as the page's code does. */
import type { Page } from 'playwright-core';
import type { ConnectTarget } from '../../contract/bridge.ts';
import { PORT_CHANNEL } from '../../contract/message-port.ts';
import { createHostClient, createNodeClient, type HostClient, type NodeClient } from '../../contract/rpc-client.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';

/** Above every number that the page's own code gives to its connections. */
const FIRST_ID = 1_000_000;
const BINDING = 'crynuxTestFrame';
const PORTS = 'crynuxTestPorts';

/** Clients of the contract on the page's own bridge. */
export interface PageClients {
  readonly host: HostClient;
  node(profileId: string): Promise<NodeClient>;
}

export async function pageClients(page: Page): Promise<PageClients> {
  const listeners = new Map<number, (frame: string) => void>();
  await page.exposeBinding(BINDING, (_source, id: number, frame: string) => listeners.get(id)?.(frame));
  let next = FIRST_ID;

  async function connect(target: ConnectTarget): Promise<RpcPort> {
    const id = next++;
    await page.evaluate(openPort, { id, target, channel: PORT_CHANNEL, binding: BINDING, ports: PORTS });
    let sending = Promise.resolve();
    return {
      post(frame) {
        const send = () => page.evaluate(postFrame, { id, frame, ports: PORTS }).catch(() => {});
        sending = sending.then(send);
      },
      onFrame: (listener) => void listeners.set(id, listener),
      onClose: (listener) => void page.once('close', () => listener()),
      close: () => void listeners.delete(id),
    };
  }

  return {
    host: createHostClient(await connect({ kind: 'host' })),
    node: async (profileId) => createNodeClient(await connect({ kind: 'node', profileId })),
  };
}

interface PagePort {
  onmessage: ((event: { readonly data: string }) => void) | null;
  postMessage(frame: string): void;
}
interface PageWindow {
  readonly crynux: { connect(request: { readonly id: number; readonly target: ConnectTarget }): void };
  addEventListener(
    type: 'message',
    listener: (event: { readonly data: { type?: string; id?: number }; readonly ports: readonly PagePort[] }) => void,
  ): void;
  [name: string]: unknown;
}

/** Runs in the page, like {@link postFrame}, so nothing outside it is available. */
function openPort(given: { id: number; target: ConnectTarget; channel: string; binding: string; ports: string }): Promise<void> {
  const { id, target, channel, binding, ports } = given;
  const page = globalThis as unknown as PageWindow;
  page[ports] ??= new Map<number, PagePort>();
  return new Promise((resolve) => {
    page.addEventListener('message', ({ data, ports: [port] }) => {
      if (data.type !== channel || data.id !== id || port === undefined) return;
      port.onmessage = (event) => (page[binding] as (id: number, frame: string) => void)(id, event.data);
      (page[ports] as Map<number, PagePort>).set(id, port);
      resolve();
    });
    page.crynux.connect({ id, target });
  });
}

function postFrame({ id, frame, ports }: { id: number; frame: string; ports: string }): void {
  const page = globalThis as unknown as PageWindow;
  (page[ports] as Map<number, PagePort>).get(id)?.postMessage(frame);
}
