/** The one model of a node's state (contract/truth), combined with this page's own connections. */
import { useStore } from 'zustand';
import type { ProfileView } from '../../contract/profiles.ts';
import { type NodeTruth, nodeTruth } from '../../contract/truth/node-truth.ts';
import { type Connection, HERE } from '../../contract/truth/reach.ts';
import type { Link, LinkState } from '../rpc/link.ts';
import { useNow } from '../ui/time.tsx';
import { useApp, useNode, useNodeView } from './app-context.ts';
import { useLastKnown } from './last-known.ts';
import { isAlive } from './node-session.ts';

/** A page's view of a node: `node` null = not connected to its process (not running, or not selected). */
export function connectionOf(host: LinkStatus, node: LinkStatus | null): Connection {
  if (isLost(host)) return { kind: 'noProgram', sinceMs: host.lostMs };
  if (node !== null && isLost(node)) return { kind: 'noNode', sinceMs: node.lostMs };
  return HERE;
}

/** The public state of a link. */
export interface LinkStatus {
  readonly kind: LinkState<unknown>['kind'];
  /** When the connection was lost; null = it is open, or never was. */
  readonly lostMs: number | null;
}

function isLost({ kind, lostMs }: LinkStatus): boolean {
  return kind === 'ended' || kind === 'waiting' || (kind === 'connecting' && lostMs !== null);
}

function useLinkStatus<Client>(link: Link<Client>): LinkStatus {
  const kind = useStore(link.state, (state) => state.kind);
  return { kind, lostMs: link.lostMs };
}

/** For any node, as the program reports it. */
export function useTruthOf(): (view: ProfileView) => NodeTruth {
  const host = useLinkStatus(useApp().host);
  const nowMs = useNow(10_000);
  return ({ worker, node }) => nodeTruth({ worker, node, connection: connectionOf(host, null), nowMs });
}

/** For the selected node: by its own report if there is one; for a stopped one, by chain and records. */
export function useTruth(): NodeTruth {
  const last = useLastKnown();
  const { profile, session } = useNode();
  const host = useLinkStatus(useApp().host);
  const own = useLinkStatus(session.link);
  const node = useNodeView();
  const nowMs = useNow(10_000);
  const { worker } = profile;
  return nodeTruth({ worker, node, connection: connectionOf(host, isAlive(worker) ? own : null), ...last, nowMs });
}
