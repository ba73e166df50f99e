/** Whose outage it is: if several unreachable services point to the connection they share. */
import type { PreflightResult } from '../../contract/preflight.ts';
import { objection, resultOf } from './check.ts';

const UNREACHABLE_CODES = new Set(['RELAY_UNREACHABLE', 'CHAIN_UNREACHABLE']);

/**
 * Relay and chain have nothing in common but this machine: if both are unreachable and neither is certainly down
 * itself, the cause is this machine's connection. One failure that is certainly ours (`side: here`) is enough.
 */
export function attributeOutage(results: readonly PreflightResult[]): PreflightResult[] {
  const asked = results.filter(({ id }) => id === 'relay' || id === 'rpc');
  const sides = asked.filter(isUnreachable).map(({ params }) => params.side ?? 'unclear');
  const isOwn = sides.length === asked.length && !sides.includes('there') && (sides.length > 1 || sides.includes('here'));
  if (!isOwn) return [...results];
  return results.map((result) => (isUnreachable(result) ? ownConnection(result) : result));
}

function isUnreachable(result: PreflightResult): boolean {
  return result.state !== 'ok' && UNREACHABLE_CODES.has(result.code);
}

function ownConnection(result: PreflightResult): PreflightResult {
  if (result.state === 'ok') return result;
  return resultOf(result.id, objection(result.state, 'PREFLIGHT_OWN_CONNECTION', { ...result.params, seen: result.code }));
}
