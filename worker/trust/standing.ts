/** Reads and explains the node's standing in its network. */
import type { NoTasks, QosExplanation } from '../../contract/standing.ts';
import type { TrustNetwork } from '../networks/relay/relay-reader.ts';
import { gatherNoTaskFacts, type NoTaskInquiry } from './no-task-facts.ts';
import { explainNoTasks } from './no-tasks.ts';
import { explainQos } from './qos-explanation.ts';
import { explainPoints } from './qos-points.ts';

/** @param inquiry `nowMs` is the network's time. @throws as `TrustNetwork` does. */
export async function readQos(inquiry: { readonly network: TrustNetwork; readonly nowMs: number }): Promise<QosExplanation> {
  const { network, nowMs } = inquiry;
  if (network.qosPoints !== undefined) return explainPoints(await network.qosPoints(), nowMs);
  const [tracing, info] = await Promise.all([network.qosTracing(), network.nodeInfo()]);
  return explainQos({ tracing, info, nowMs });
}

/** Always answers; what could not be read is reported as unknown. */
export async function readNoTasks(inquiry: NoTaskInquiry): Promise<NoTasks> {
  return explainNoTasks(await gatherNoTaskFacts(inquiry));
}
