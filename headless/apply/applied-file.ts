/**
 * Remembers what `apply` last set for values that the program does not give back: salted scrypt hashes of secrets, and
 * hashes of network presets. Kept in the data directory; if the file is missing, all of them are set again.
 */
import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { createDataFile } from '../../host/data-file.ts';

const contentSchema = z.object({
  /** Name of a secret setting → hash of the value that apply last set. */
  secrets: z.record(z.string(), z.object({ salt: z.string(), hash: z.string().regex(/^[0-9a-f]{64}$/) })),
  /** Network id → SHA-256 of its preset. */
  networks: z.record(z.string(), z.string()),
});

export interface AppliedFile {
  isSameSecret(name: string, value: string): boolean;
  keepSecret(name: string, value: string): void;
  isSameNetwork(id: string, preset: string): boolean;
  keepNetwork(id: string, preset: string): void;
}

const SCRYPT_N = 2 ** 15;
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * `scryptN` is the cost of a hash; tests use a smaller one.
 * @throws HostError HOST_FILE_NEWER, HOST_FILE_UNREADABLE; when writing, HOST_FILE_UNWRITABLE
 */
export function openAppliedFile(dataDir: string, { scryptN = SCRYPT_N }: { readonly scryptN?: number } = {}): AppliedFile {
  const hashOf = (value: string, salt: string) => scryptSync(value, salt, 32, { N: scryptN, r: 8, p: 1, maxmem: 64 * 1024 ** 2 });
  const file = createDataFile({ path: path.join(dataDir, 'applied.json'), schema: contentSchema });
  let content = file.readOrSetAside() ?? { secrets: {}, networks: {} };
  const save = (change: Partial<typeof content>) => {
    content = { ...content, ...change };
    file.write(content);
  };
  return {
    isSameSecret(name, value) {
      const kept = Object.hasOwn(content.secrets, name) ? content.secrets[name] : undefined;
      return kept !== undefined && timingSafeEqual(Buffer.from(kept.hash, 'hex'), hashOf(value, kept.salt));
    },
    keepSecret(name, value) {
      const salt = randomBytes(16).toString('hex');
      save({ secrets: { ...content.secrets, [name]: { salt, hash: hashOf(value, salt).toString('hex') } } });
    },
    isSameNetwork: (id, preset) => Object.hasOwn(content.networks, id) && content.networks[id] === digestOf(preset),
    keepNetwork: (id, preset) => save({ networks: { ...content.networks, [id]: digestOf(preset) } }),
  };
}
