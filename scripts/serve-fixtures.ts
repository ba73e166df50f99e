/** The page with made-up hosts for UI tests and screenshots: built if it has changed, and served on loopback. */
import path from 'node:path';
import { build, preview } from 'vite';
import { buildOnce } from './build-desktop.ts';
import { windowBuild } from './window-build.ts';

const root = path.resolve(import.meta.dirname, '..');

export async function serveFixtures(): Promise<{ readonly url: string; close(): Promise<void> }> {
  // A test build reports more than a production build: it includes React's warnings.
  const folder = path.join('out', `fixture-${process.env.NODE_ENV ?? 'production'}`);
  const config = windowBuild({ entry: 'fixture', outDir: path.join(root, folder) });
  await buildOnce(path.basename(folder), [path.join(folder, 'fixture.html')], async () => void (await build(config)));
  // The files do not change while they are served: asking for each of them again is a fifth of what loading a page costs.
  const headers = { 'cache-control': 'max-age=3600' };
  const server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0, strictPort: false, headers } });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('the preview server has no port');
  return { url: `http://127.0.0.1:${address.port}/fixture.html`, close: () => server.close() };
}
