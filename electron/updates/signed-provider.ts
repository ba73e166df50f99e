/**
 * The library's own provider of a generic feed, which only accepts a channel's file if our signature is next to it
 * (`latest-linux.yml.sig`). The file lists each download with its SHA-512, which the library checks on every system.
 */
import { createPublicKey, verify } from 'node:crypto';
import type { AppUpdater, UpdateInfo } from 'electron-updater';
import { GenericProvider } from 'electron-updater/out/providers/GenericProvider.js';
import { parseUpdateInfo } from 'electron-updater/out/providers/Provider.js';
import { getChannelFilename, newUrlFromBase } from 'electron-updater/out/util.js';
import { ShellError } from '../errors.ts';
import type { UpdateFeed } from './feed.ts';

type Parts = ConstructorParameters<typeof GenericProvider>;

export class SignedProvider extends GenericProvider {
  readonly #feed: UpdateFeed;

  constructor(options: { readonly feed: UpdateFeed }, updater: AppUpdater, runtime: Parts[2]) {
    super({ provider: 'generic', url: options.feed.url }, updater, runtime);
    this.#feed = options.feed;
  }

  /** @throws ShellError SHELL_UPDATE_UNSIGNED */
  override async getLatestVersion(): Promise<UpdateInfo> {
    // Includes the system: `latest-linux.yml`.
    const name = getChannelFilename(this.getCustomChannelName(this.#feed.channel));
    const at = (file: string) =>
      newUrlFromBase(file, new URL(this.#feed.url.endsWith('/') ? this.#feed.url : `${this.#feed.url}/`));
    const text = await this.httpRequest(at(name));
    const signature = await this.httpRequest(at(`${name}.sig`));
    if (text === null || !isSigned(text, signature ?? '', this.#feed.publicKey))
      throw new ShellError('SHELL_UPDATE_UNSIGNED', `${name} does not carry this program's signature`, { file: name });
    return parseUpdateInfo(text, name, at(name));
  }
}

/** @param signature base64, of the file's bytes */
function isSigned(text: string, signature: string, publicKey: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature.trim(), 'base64'));
}
