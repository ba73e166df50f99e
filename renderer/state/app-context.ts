/** How components reach the window's state. */
import { createContext, use, useCallback } from 'react';
import { useStore } from 'zustand';
import type { ProfileView } from '../../contract/profiles.ts';
import type { HostClient, NodeClient } from '../../contract/rpc-client.ts';
import type { Settings } from '../../contract/settings.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import type { App } from './app.ts';
import { isAlive, type NodeSession } from './node-session.ts';

export const AppContext = createContext<App | null>(null);

export interface SelectedNode {
  readonly profile: ProfileView;
  readonly session: NodeSession;
}

export const NodeContext = createContext<SelectedNode | null>(null);

export function useApp(): App {
  const app = use(AppContext);
  if (app === null) throw new Error('a component is used outside the window');
  return app;
}

/** The node whose screens are shown. */
export function useNode(): SelectedNode {
  const node = use(NodeContext);
  if (node === null) throw new Error('a node’s component is used outside a node');
  return node;
}

/** Whether the selected node's tasks, stake and payments are on a chain, in which case there is no relay account. */
export function useOnChain(): boolean {
  return useNode().profile.networkMode === 'chain';
}

/** What the selected node reports, otherwise what the host last heard from it; null = nothing yet. */
export function useNodeView(): NodeView | null {
  const { profile, session } = useNode();
  const own = useStore(session.view, ({ value }) => value);
  // The last report of a process that is gone no longer counts.
  return isAlive(profile.worker) ? (own ?? profile.node) : null;
}

/** True if the selected node's process is running; otherwise data comes from its records. */
export function useAlive(): boolean {
  return isAlive(useNode().profile.worker);
}

/** The host's client for an act. @throws ContractError RPC_DISCONNECTED inside the act, while there is no connection. */
export function useHostClient(): () => HostClient {
  const { host } = useApp();
  return useCallback(() => host.client(), [host]);
}

export function useNodeClient(): () => NodeClient {
  const { session } = useNode();
  return useCallback(() => session.link.client(), [session]);
}

export function useSettings(): Settings | null {
  return useStore(useApp().settings, ({ value }) => value);
}

/** All profiles; null before the first snapshot. */
export function useProfiles(): readonly ProfileView[] | null {
  return useStore(useApp().profiles, ({ revision, profiles }) => (revision === null ? null : profiles));
}
