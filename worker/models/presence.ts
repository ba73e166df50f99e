/** Whether a model can be used. */
import type { ModelKey } from '../../contract/models.ts';
import { compareSizes } from './disk/verify.ts';
import type { ModelParts } from './parts.ts';
import { isFoundOnDiskOnly } from './records.ts';

/**
 * Recorded as present, and its files are there; if they are not, the record is corrected. A cache that was only seen on
 * disk does not count: it may contain another variant, and the engine can tell in a moment.
 */
export async function isPresent({ file, records }: ModelParts, key: ModelKey): Promise<boolean> {
  const record = records.find(key);
  if (record === null || record.state !== 'present' || isFoundOnDiskOnly(record)) return false;
  const verdict = await compareSizes(records.folderOf(record), record.files);
  if (verdict.kind === 'right') return true;
  const state = verdict.kind === 'missing' ? 'missing' : 'corrupt';
  file.change(() => records.setState(record.place, state, verdict.detail));
  return false;
}
