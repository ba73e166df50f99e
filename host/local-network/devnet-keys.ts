/**
 * Keys of nodes on the local network, created with one click. They are stored unencrypted in a file of the owner,
 * because their money is made up; only nodes of that network ever get one.
 */
import path from 'node:path';
import { z } from 'zod';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import type { Random } from '../../protocol/ports.ts';
import { addressOf, checksumAddress } from '../../protocol/signing/keys.ts';
import { createDataFile } from '../data-file.ts';
import { LOCAL_NETWORK_ID } from '../networks/network-directory.ts';
import { LocalNetworkError } from './errors.ts';

const hexKey = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value));
const contentSchema = z.object({ devnetOnly: z.literal(true), keys: z.array(hexKey) });

export interface DevnetKeys {
  addresses(): readonly Hex[];
  /** Address of a new key. */
  create(): Hex;
  has(address: string): boolean;
  /** @throws LocalNetworkError LOCAL_KEY_ELSEWHERE for any other network */
  privateKeyOf(node: { readonly address: string; readonly networkId: string }): Hex;
}

/** @throws HostError HOST_FILE_DAMAGED, HOST_FILE_NEWER at the first use */
export function openDevnetKeys({ dataDir, random }: { readonly dataDir: string; readonly random: Random }): DevnetKeys {
  const file = createDataFile({ path: path.join(dataDir, 'devnet-keys.json'), schema: contentSchema });
  const all = () => file.read()?.keys ?? [];
  const find = (address: string) => all().find((key) => addressOf(key) === checksumAddress(address as Hex));
  return {
    addresses: () => all().map((key) => addressOf(key)),
    create() {
      const key = bytesToHex(random.bytes(32));
      file.write({ devnetOnly: true, keys: [...all(), key] });
      return addressOf(key);
    },
    has: (address) => find(address) !== undefined,
    privateKeyOf({ address, networkId }) {
      const key = find(address);
      if (key !== undefined && networkId === LOCAL_NETWORK_ID) return key;
      throw new LocalNetworkError('LOCAL_KEY_ELSEWHERE', `the key of ${address} is only for the local network`, { address });
    },
  };
}
