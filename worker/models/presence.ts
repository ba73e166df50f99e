/** Whether a model can be used as it is. */
import type { ModelKey } from '../../contract/models.ts';
import { compareSizes } from './disk/verify.ts';
import type { ModelParts } from './parts.ts';
import { isOnlySeen } from './records.ts';

/**
 * Recorded as present, and its files are there. The record is corrected if they are not. A cache that was only seen
 * on disk does not count: it may hold another variant, and the engine knows in a moment.
 */
export async function isPresent({ file, records }: ModelParts, key: ModelKey): Promise<boolean> {
  const record = records.find(key);
  if (record === null || record.state !== 'present' || isOnlySeen(record)) return false;
  const verdict = await compareSizes(records.folderOf(record), record.files);
  if (verdict.kind === 'right') return true;
  const state = verdict.kind === 'missing' ? 'missing' : 'corrupt';
  file.change(() => records.setState(record.place, state, verdict.detail));
  return false;
}
