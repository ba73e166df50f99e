/** The half-made node of the first run, in a small file of its own. It is a convenience: a damaged one is begun anew. */
import { type FirstRunDraft, firstRunDraftSchema } from '../../contract/first-run.ts';
import { createDataFile } from '../data-file.ts';

export interface FirstRunStore {
  /** Null = nothing was chosen, or the node was made. */
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
