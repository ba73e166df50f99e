/**
 * The window served by Vite for development. It replaces only the built files of the headless server: the page's
 * address, token, session and the checks of host and origin are the product's. The policy adds what Vite needs: a nonce
 * for the scripts and styles that it inserts into the page, and its own socket.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { createServer as createVite } from 'vite';
import { CONTENT_SECURITY_POLICY } from '../contract/content-security.ts';
import type { LiveWindow } from '../headless/web/web-server.ts';
import { windowBuild } from './window-build.ts';

const ADDRESS = '127.0.0.1';
/** Remove the page's own policy: both would apply, and only the header's has the nonce. */
const POLICY_OF_PAGE = /<meta\s+http-equiv="Content-Security-Policy"[^>]*>/;

export interface DevWindow extends LiveWindow {
  close(): Promise<void>;
}

export async function openDevWindow(): Promise<DevWindow> {
  const nonce = randomBytes(16).toString('base64url');
  const port = await freePort();
  const build = windowBuild({ entry: 'index' });
  const vite = await createVite({
    ...build,
    base: '/',
    appType: 'spa',
    cacheDir: path.resolve(import.meta.dirname, '..', 'node_modules', '.cache', 'vite-dev'),
    html: { cspNonce: nonce },
    plugins: [
      build.plugins,
      {
        name: 'crynux:policy',
        transformIndexHtml: { order: 'pre', handler: (html: string) => html.replace(POLICY_OF_PAGE, '') },
      },
    ],
    server: { middlewareMode: true, host: ADDRESS, hmr: { host: ADDRESS, port, clientPort: port } },
  });
  return {
    contentSecurityPolicy: CONTENT_SECURITY_POLICY.replace("script-src 'self'", `script-src 'self' 'nonce-${nonce}'`)
      .replace("style-src 'self'", `style-src 'self' 'nonce-${nonce}'`)
      .replace("connect-src 'self'", `connect-src 'self' ws://${ADDRESS}:${port}`),
    handle: (request, response) => vite.middlewares(request, response),
    close: () => vite.close(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, ADDRESS);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
