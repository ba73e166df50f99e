/** The one model of the truth (contract/truth), with what this page knows of its own connections. */
import { useStore } from 'zustand';
import type { ProfileView } from '../../contract/profiles.ts';
import { type NodeTruth, nodeTruth } from '../../contract/truth/node-truth.ts';
import { type Connection, HERE } from '../../contract/truth/reach.ts';
import type { Link, LinkState } from '../rpc/link.ts';
import { useNow } from '../ui/time.tsx';
import { useApp, useNode, useNodeView } from './app-context.ts';
import { useLastKnown } from './last-known.ts';
import { isAlive } from './node-session.ts';

/** How a page stands to a node: `node` null = its own process is not spoken to (it does not run, or is not selected). */
export function connectionOf(host: LinkSight, node: LinkSight | null): Connection {
  if (isLost(host)) return { kind: 'noProgram', sinceMs: host.lostMs };
  if (node !== null && isLost(node)) return { kind: 'noNode', sinceMs: node.lostMs };
  return HERE;
}

/** What is seen of a link from outside. */
export interface LinkSight {
  readonly kind: LinkState<unknown>['kind'];
  /** Since when the connection is gone; null = it stands, or never stood. */
  readonly lostMs: number | null;
}

function isLost({ kind, lostMs }: LinkSight): boolean {
  return kind === 'ended' || kind === 'waiting' || (kind === 'connecting' && lostMs !== null);
}

function useSight<Client>(link: Link<Client>): LinkSight {
  const kind = useStore(link.state, (state) => state.kind);
  return { kind, lostMs: link.lostMs };
}

/** Of any node, as the program tells it. */
export function useTruthOf(): (view: ProfileView) => NodeTruth {
  const host = useSight(useApp().host);
  const nowMs = useNow(10_000);
  return ({ worker, node }) => nodeTruth({ worker, node, connection: connectionOf(host, null), nowMs });
}

/** Of the selected node, by its own word where there is one; of one that does not run, by chain and records. */
export function useTruth(): NodeTruth {
  const last = useLastKnown();
  const { profile, session } = useNode();
  const host = useSight(useApp().host);
  const own = useSight(session.link);
  const node = useNodeView();
  const nowMs = useNow(10_000);
  const { worker } = profile;
  return nodeTruth({ worker, node, connection: connectionOf(host, isAlive(worker) ? own : null), ...last, nowMs });
}
