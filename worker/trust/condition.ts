import type { NoTaskCondition } from '../../contract/standing.ts';

/** A condition; omitted fields are empty. */
export function condition(
  given: Pick<NoTaskCondition, 'id' | 'verdict' | 'code' | 'source'> & Partial<Pick<NoTaskCondition, 'params' | 'change'>>,
): NoTaskCondition {
  return { params: {}, change: null, ...given };
}
