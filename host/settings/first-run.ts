/** The half-made node of the first run, in a small file of its own. It is a convenience: a damaged one is begun anew. */
import { type FirstRunDraft, firstRunDraftSchema } from '../../contract/first-run.ts';
import { createDataFile, keepAside } from '../data-file.ts';
import { isHostError } from '../errors.ts';

export interface FirstRunStore {
  /** Null = nothing was chosen, or the node was made. */
  get(): FirstRunDraft | null;
  set(draft: FirstRunDraft | null): void;
}

/** @throws HostError HOST_FILE_NEWER, HOST_FILE_UNREADABLE */
export function openFirstRun({ file }: { readonly file: string }): FirstRunStore {
  const data = createDataFile({ path: file, schema: firstRunDraftSchema.nullable() });
  let draft = read();

  function read(): FirstRunDraft | null {
    try {
      return data.read();
    } catch (error) {
      if (!isHostError(error, 'HOST_FILE_DAMAGED')) throw error;
      keepAside(file);
      keepAside(`${file}.bak`);
      return null;
    }
  }

  return {
    get: () => draft,
    set(next) {
      if (next === null && draft === null) return;
      data.write(next);
      draft = next;
    },
  };
}
