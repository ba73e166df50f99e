import { useEffect, useState } from 'react';
import type { ModelKey, ModelsRequest, ModelsUpdate } from '../../../contract/models.ts';
import { follow } from '../../rpc/follow.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useNode, useNodeClient } from '../../state/app-context.ts';
import { afterModelsUpdate, type ModelsState } from '../../state/models.ts';

/** The host's models while they are shown; null before the first snapshot. */
export function useModels(): ModelsState | null {
  const { session } = useNode();
  const [state, setState] = useState<ModelsState | null>(null);
  useEffect(() => {
    let current: ModelsState | null = null;
    const end = follow(session.link, {
      open: (client, signal) => client.models.watch({}, { signal }),
      apply(update: ModelsUpdate) {
        const next = afterModelsUpdate(current, update);
        if (next === null) return 'gap';
        current = next;
        setState(next);
        return 'applied';
      },
    });
    return () => {
      end();
      setState(null);
    };
  }, [session]);
  return state;
}

/** Requests something, and shows a message once it has been accepted. */
export function useModelsRequest() {
  const { toasts } = useApp();
  const node = useNodeClient();
  return useAct(async (request: ModelsRequest, said: string | null) => {
    const answer = await node().models.ask(request);
    if (said !== null) toasts.getState().push({ tone: 'good', text: said });
    return answer;
  });
}

/** Only the fields that identify a model; a view has more, which a request does not accept. */
export const modelKey = ({ engine, modelId }: ModelKey): ModelKey => ({ engine, modelId });
