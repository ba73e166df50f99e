/** The orders that a host can give a node. contract/truth/controls.ts decides which of them a state allows. */
import { useTranslation } from 'react-i18next';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useHostClient, useNode, useNodeClient } from '../../state/app-context.ts';

const DONE_TEXTS = {
  start: 'done.started',
  stop: 'done.stopped',
  pause: 'done.paused',
  resume: 'done.resumed',
  rejoin: 'done.resumed',
} as const;

export type NodeOrder = keyof typeof DONE_TEXTS;

/** Gives the order, and shows a message once it has been accepted. */
export function useNodeOrder() {
  const { t } = useTranslation('overview');
  const { toasts } = useApp();
  const { profile } = useNode();
  const host = useHostClient();
  const node = useNodeClient();
  return useAct(async (order: NodeOrder) => {
    const { id, name } = profile.profile;
    if (order === 'start') await host().profiles.start({ id });
    else if (order === 'stop') await host().profiles.stop({ id });
    else if (order === 'pause') await node().node.pause({});
    else await node().node.resume({});
    toasts.getState().push({ tone: 'good', text: t(DONE_TEXTS[order], { name }), subject: `node ${id}` });
    return true;
  });
}
