/**
 * Files of tasks: results and checkpoints. Names are chosen by the relay itself or checked here, never taken from a
 * request.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isHex } from '../../protocol/hex.ts';
import { DevnetError } from '../errors.ts';

export type TaskFile =
  | { readonly kind: 'result'; readonly name: string }
  | { readonly kind: 'checkpoint'; readonly of: 'input' | 'result' };

export interface TaskFiles {
  put(commitment: string, file: TaskFile, bytes: Uint8Array): void;
  get(commitment: string, file: TaskFile): Uint8Array | undefined;
}

/** `<commitment>/results/0.json`, `<commitment>/input/checkpoint.zip` (RELAY_PROTOCOL 12). */
function relativePath(commitment: string, file: TaskFile): string {
  const inside = file.kind === 'result' ? `results/${file.name}` : `${file.of === 'input' ? 'input' : 'results'}/checkpoint.zip`;
  const safe = isHex(commitment, 32) && /^(?:results|input)\/(?:\d{1,4}\.(?:png|json)|checkpoint\.zip)$/.test(inside);
  if (!safe) throw new DevnetError('DEVNET_REQUEST_REFUSED', 'not a valid task file name', { commitment, name: inside });
  return `${commitment.toLowerCase()}/${inside}`;
}

export function memoryFiles(): TaskFiles {
  const files = new Map<string, Uint8Array>();
  return {
    put: (commitment, file, bytes) => void files.set(relativePath(commitment, file), bytes),
    get: (commitment, file) => files.get(relativePath(commitment, file)),
  };
}

export function directoryFiles(root: string): TaskFiles {
  return {
    put: (commitment, file, bytes) => {
      const path = join(root, relativePath(commitment, file));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.part`, bytes);
      renameSync(`${path}.part`, path);
    },
    get: (commitment, file) => {
      const path = join(root, relativePath(commitment, file));
      try {
        return new Uint8Array(readFileSync(path));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}
