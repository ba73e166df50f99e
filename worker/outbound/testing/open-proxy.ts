/** Starts the proxy of these tests as a separate process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ProxyMessage } from './proxy-program.ts';

export interface TestProxy {
  readonly httpPort: number;
  readonly socksPort: number;
  /** The requests it received: `absolute http://…`, `connect host:port`, `socks5 host:port`. */
  readonly asked: readonly string[];
}

export async function openProxy(order: {
  readonly plainPort: number;
  readonly tlsPort?: number;
  readonly credentials?: string;
}): Promise<TestProxy> {
  const child = fork(fileURLToPath(new URL('proxy-program.ts', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const asked: string[] = [];
  const listening = new Promise<Extract<ProxyMessage, { kind: 'listening' }>>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the proxy ended with ${code}`)));
    child.on('message', (message: ProxyMessage) => {
      if (message.kind === 'listening') resolve(message);
      else asked.push(`${message.how} ${message.target}`);
    });
  });
  child.send({ plainPort: order.plainPort, tlsPort: order.tlsPort ?? order.plainPort, credentials: order.credentials ?? null });
  const { httpPort, socksPort } = await listening;
  return { httpPort, socksPort, asked };
}
