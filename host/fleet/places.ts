/**
 * The places that this program watches: the address of each, and the token that opens it, in the keychain or a private
 * file.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { MAX_PLACES, type PlaceDraft, placeDraftSchema } from '../../contract/fleet.ts';
import { createDataFile } from '../data-file.ts';
import { HostError } from '../errors.ts';
import type { AskKeychain } from '../keys/keychain-access.ts';
import { deleteSecret, readSecret, storedSecretSchema, storeSecret } from '../settings/stored-secret.ts';

export type Place = Omit<PlaceDraft, 'token'>;

/** What is needed to connect. */
export interface PlaceKeys {
  readonly url: URL;
  readonly token: string;
  /** PEM; null = only the system's authorities, and no client certificate. */
  readonly ca: Buffer | null;
  readonly cert: Buffer | null;
  readonly key: Buffer | null;
}

export interface Places {
  list(): readonly Place[];
  /** Stored durably when it resolves. @throws HostError FLEET_PLACE_* */
  add(draft: PlaceDraft): Promise<Place>;
  /** @throws HostError FLEET_PLACE_UNKNOWN, KEYCHAIN_* */
  remove(name: string): Promise<void>;
  /**
   * Read again for each connection. @throws HostError FLEET_PLACE_UNKNOWN, FLEET_PLACE_FILE, FLEET_PLACE_NO_TOKEN,
   * KEYCHAIN_*
   */
  keysOf(name: string): Promise<PlaceKeys>;
  /** Calls back when the list changes. @returns unsubscribe */
  watch(listener: () => void): () => void;
}

const placeSchema = placeDraftSchema.omit({ token: true }).extend({ token: storedSecretSchema });
const contentSchema = z.object({ places: z.array(placeSchema) });

/** Ample for a PEM chain. */
const MAX_PEM_BYTES = 256 * 1024;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export interface PlacesOptions {
  readonly file: string;
  readonly askKeychain: AskKeychain;
  readonly onRestored?: (problem: HostError) => void;
}

/** @throws HostError HOST_FILE_DAMAGED, HOST_FILE_NEWER, HOST_FILE_UNREADABLE */
export function openPlaces({ file, askKeychain, onRestored = () => {} }: PlacesOptions): Places {
  const data = createDataFile({ path: file, schema: contentSchema, onRestored });
  let { places } = data.read() ?? { places: [] };
  const listeners = new Set<() => void>();

  function save(next: typeof places): void {
    data.writePermanently({ places: next });
    places = next;
    for (const listener of [...listeners]) listener();
  }

  function get(name: string) {
    const place = places.find((one) => one.name === name);
    if (place === undefined) throw new HostError('FLEET_PLACE_UNKNOWN', `there is no place ${name}`, { name });
    return place;
  }

  return {
    list: () => places.map(withoutToken),
    async add(draft) {
      const { name, token, ...rest } = draft;
      if (places.some((one) => one.name === name))
        throw new HostError('FLEET_PLACE_TAKEN', `there is already a place ${name}`, { name });
      if (places.length >= MAX_PLACES) throw new HostError('FLEET_PLACE_TOO_MANY', `there are ${places.length} places`);
      const url = readPlaceUrl(rest.url).href;
      if ((rest.certFile === null) !== (rest.keyFile === null)) {
        throw new HostError('FLEET_PLACE_FILE', 'a certificate and its key have to be given together', {
          file: rest.certFile ?? rest.keyFile,
        });
      }
      for (const one of [rest.caFile, rest.certFile, rest.keyFile]) readPem(one);
      const kept = await storeSecret(askKeychain, accountOf(name), token);
      save([...places, { ...rest, name, url, token: kept }]);
      return withoutToken(get(name));
    },
    async remove(name) {
      const { token } = get(name);
      await deleteSecret(askKeychain, accountOf(name), token);
      save(places.filter((one) => one.name !== name));
    },
    async keysOf(name) {
      const { url, token: kept, caFile, certFile, keyFile } = get(name);
      const token = await readSecret(askKeychain, accountOf(name), kept);
      if (token === null) throw new HostError('FLEET_PLACE_NO_TOKEN', `the token of ${name} is missing`, { name });
      return { url: readPlaceUrl(url), token, ca: readPem(caFile), cert: readPem(certFile), key: readPem(keyFile) };
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** @throws HostError FLEET_PLACE_ADDRESS, FLEET_PLACE_PLAIN */
export function readPlaceUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  const isBare = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url === null || !isWeb || !isBare) {
    throw new HostError('FLEET_PLACE_ADDRESS', 'the address of the place cannot be used', {});
  }
  if (url.protocol === 'http:' && !LOOPBACK.has(url.hostname)) {
    throw new HostError('FLEET_PLACE_PLAIN', `${url.host} would receive the token unencrypted`, { host: url.host });
  }
  return url;
}

const withoutToken = ({ token: _, ...place }: z.output<typeof placeSchema>): Place => place;
const accountOf = (name: string) => `place-token-${name}`;

/** @throws HostError FLEET_PLACE_FILE, without anything from the file */
function readPem(file: string | null): Buffer | null {
  if (file === null) return null;
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HostError('FLEET_PLACE_FILE', `${file}: ${reason}`, { file }, { cause });
  }
  if (pem.length <= MAX_PEM_BYTES && pem.includes('-----BEGIN ')) return pem;
  throw new HostError('FLEET_PLACE_FILE', `${file} is not a PEM file`, { file });
}
