/**
 * The unfinished node of the first-run wizard, in a small file of its own. Only a convenience: a damaged file is
 * discarded.
 */
import { type FirstRunDraft, firstRunDraftSchema } from '../../contract/first-run.ts';
import { createDataFile } from '../data-file.ts';

export interface FirstRunStore {
  /** Null = nothing was chosen, or the node was created. */
  get(): FirstRunDraft | null;
  set(draft: FirstRunDraft | null): void;
}

/** @throws HostError HOST_FILE_NEWER, HOST_FILE_UNREADABLE */
export function openFirstRun({ file }: { readonly file: string }): FirstRunStore {
  const data = createDataFile({ path: file, schema: firstRunDraftSchema.nullable() });
  let draft = data.readOrSetAside();

  return {
    get: () => draft,
    set(next) {
      if (next === null && draft === null) return;
      data.write(next);
      draft = next;
    },
  };
}
