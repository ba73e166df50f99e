import type { ProfileDraft } from '../../../contract/profiles.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useHostClient, useNode } from '../../state/app-context.ts';

/** Changes part of the selected profile and confirms it with a message; the rest stays as it is. */
export function useProfileChange() {
  const { toasts } = useApp();
  const { profile } = useNode();
  const host = useHostClient();
  return useAct(async (part: Partial<ProfileDraft>, said: string) => {
    const { id, createdMs: _, ...draft } = profile.profile;
    const view = await host().profiles.update({ id, draft: { ...draft, ...part } });
    toasts.getState().push({ tone: 'good', text: said });
    return view;
  });
}
