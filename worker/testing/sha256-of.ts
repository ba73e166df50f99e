import { createHash } from 'node:crypto';

/** Lower-case hex without 0x. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
