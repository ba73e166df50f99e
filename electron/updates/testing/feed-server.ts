/** A feed on this machine with the layout of a release, and every way in which it can be wrong. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export function keyPair(): { readonly privateKey: KeyObject; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
}

interface Release {
  readonly version: string;
  /** Bytes of the package, as announced. */
  readonly content: Buffer;
  readonly key: KeyObject;
  /** Served instead of the content. */
  readonly served?: Buffer;
  /** Bytes to send before the connection breaks. */
  readonly cutAt?: number;
  readonly stagingPercentage?: number;
  readonly file?: string;
  readonly channel?: string;
}

export interface FeedServer {
  readonly url: string;
  release(release: Release): void;
  /** Requested paths. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function startFeed(): Promise<FeedServer> {
  const files = new Map<string, { readonly body: Buffer; readonly cutAt: number | undefined }>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://feed').pathname.slice(1);
    asked.push(name);
    const file = files.get(name);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': file.body.length });
    if (file.cutAt === undefined) response.end(file.body);
    else response.write(file.body.subarray(0, file.cutAt), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    release({ version, content, key, served = content, cutAt, stagingPercentage, file, channel = 'latest' }) {
      const name = file ?? `Crynux-${version}.AppImage`;
      const sha512 = createHash('sha512').update(content).digest('base64');
      const lines = [`version: ${version}`, 'files:', `  - url: ${name}`, `    sha512: ${sha512}`, `    size: ${content.length}`];
      lines.push(`path: ${name}`, `sha512: ${sha512}`, `releaseDate: '2026-11-29T00:00:00.000Z'`);
      if (stagingPercentage !== undefined) lines.push(`stagingPercentage: ${stagingPercentage}`);
      const text = Buffer.from(`${lines.join('\n')}\n`);
      const system = name.endsWith('.exe') ? '' : '-linux';
      files.set(`${channel}${system}.yml`, { body: text, cutAt: undefined });
      files.set(`${channel}${system}.yml.sig`, { body: Buffer.from(sign(null, text, key).toString('base64')), cutAt: undefined });
      files.set(name, { body: served, cutAt });
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
