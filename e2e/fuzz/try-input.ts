/** Tries one input in one target, and reports what is wrong with the result. */
import { CodedError } from '../../protocol/errors.ts';
import type { Target } from './targets.ts';

export type Ending =
  | { readonly kind: 'value' }
  | { readonly kind: 'refused'; readonly code: string }
  /** An error without a code. */
  | { readonly kind: 'uncoded'; readonly why: string }
  /** Too much CPU time for an input of this size. */
  | { readonly kind: 'slow'; readonly why: string };

/** CPU time, so that a busy machine causes no findings. */
const LIMIT_MS = 2_000;

export async function tryInput(target: Target, input: Uint8Array, limitMs = LIMIT_MS): Promise<Ending> {
  const before = process.cpuUsage();
  let ending: Ending = { kind: 'value' };
  try {
    await target(input);
  } catch (error) {
    if (error instanceof CodedError) ending = { kind: 'refused', code: error.code };
    else
      ending = { kind: 'uncoded', why: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : String(error) };
  }
  const { user, system } = process.cpuUsage(before);
  const tookMs = (user + system) / 1_000;
  if (ending.kind !== 'uncoded' && tookMs > limitMs)
    return { kind: 'slow', why: `${Math.round(tookMs)} ms for ${input.length} bytes` };
  return ending;
}
