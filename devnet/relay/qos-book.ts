/** Changes to a node's quality of service, each with a trace (RELAY_PROTOCOL 3.3.2, 4.7). */
import { healthAt, longTermQos, type QosState } from '../../protocol/node/qos.ts';
import type { RelayContext } from './context.ts';

export type QosEvent =
  | 'validation_group_rank_1'
  | 'validation_group_rank_2'
  | 'validation_group_rank_3'
  | 'validation_group_aborted'
  | 'task_timeout_penalty'
  | 'task_result_upload_success_boost'
  | 'validation_group_matched_boost'
  | 'node_join_health_reset'
  | 'node_rejoin_qos_floor';

export interface QosChange {
  readonly node: string;
  readonly event: QosEvent;
  readonly change: (state: QosState) => QosState;
  readonly commitment?: string;
  readonly taskQosScore?: number;
  readonly rank?: number;
}

/** Does nothing for a node that the relay does not know. */
export function changeQos({ store, clock }: RelayContext, { node, event, change, ...about }: QosChange): void {
  const row = store.nodes.get(node);
  if (row === undefined) return;
  const now = clock.now();
  const view = (state: QosState) => ({ long: longTermQos(state), health: healthAt(state, now) });
  const qos = change(row.qos);
  store.nodes.put({ ...row, qos: { ...qos, pool: [...qos.pool] } });
  const [before, after] = [view(row.qos), view(qos)];
  // A change without a visible effect leaves no trace, such as a new node's first join.
  if (before.long === after.long && before.health === after.health) return;
  store.traces.put({
    id: store.traces.size + 1,
    node: row.address,
    commitment: about.commitment ?? null,
    event,
    taskQosScore: about.taskQosScore ?? null,
    rank: about.rank ?? null,
    before,
    after,
    atMs: now,
  });
}
