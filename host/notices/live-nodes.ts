/** The nodes as the shell's own modules see them, through the same subscription as the window. */
import { z } from 'zod';
import type { ProfileView } from '../../contract/profiles.ts';
import type { HostClient } from '../../contract/rpc-client.ts';

export interface NodesChange {
  readonly all: readonly ProfileView[];
  /** The node that changed, with its previous view; null = the first snapshot, or a node that was removed. */
  readonly changed: { readonly before: ProfileView | null; readonly after: ProfileView } | null;
}

/** Follows the profiles until the signal aborts; a subscription inside the process only ends with the program. */
export async function followNodes(
  client: HostClient,
  signal: AbortSignal,
  onChange: (change: NodesChange) => void,
): Promise<void> {
  const views = new Map<string, ProfileView>();
  const updates = await client.profiles.watch({}, { signal });
  for await (const update of updates) {
    let changed: NodesChange['changed'] = null;
    switch (update.kind) {
      case 'snapshot':
        views.clear();
        for (const view of update.profiles) views.set(view.profile.id, view);
        break;
      case 'changed':
        changed = { before: views.get(update.profile.profile.id) ?? null, after: update.profile };
        views.set(update.profile.profile.id, update.profile);
        break;
      case 'removed':
        views.delete(update.id);
        break;
      default:
        z.never().parse(update);
    }
    onChange({ all: [...views.values()], changed });
  }
}
