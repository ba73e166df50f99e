/** Which requests a faulty connection of the soak breaks, and how. */
import type { Fault, FaultPlan, ProxiedRequest } from '../support/fault-proxy.ts';
import { PASS } from '../support/fault-proxy.ts';
import type { Choices } from './choices.ts';

const KINDS = {
  late: 6,
  error500: 2,
  page: 3,
  dropBefore: 3,
  reset: 2,
  dropAfter: 5,
  truncate: 2,
  garbage: 2,
  repeatEvents: 1,
} as const;

/** Requests that change something matter most; a read is simply repeated. */
const ACT_CHANCE = 0.3;
const LOOK_CHANCE = 0.04;
const LATEST_MS = 1_500;
const PAGES = [200, 403, 429, 502, 503, 520];

const isAct = ({ method, body }: ProxiedRequest) =>
  body.includes('"jsonrpc"') ? body.includes('eth_sendRawTransaction') : method === 'POST';

export function faultPlan(choices: Choices, count: (kind: Fault['kind']) => void): FaultPlan {
  return (request) => {
    if (!choices.chance(isAct(request) ? ACT_CHANCE : LOOK_CHANCE)) return PASS;
    const kind = choices.weighted(KINDS);
    if (kind === 'repeatEvents' && request.path !== '/v1/events') return PASS;
    count(kind);
    if (kind === 'late') return { kind, ms: Math.ceil(choices.fraction() * LATEST_MS) };
    if (kind === 'page') return { kind, status: choices.oneOf(PAGES) };
    return { kind };
  };
}
