/** Why a card cannot be assigned to a node. */
import type { GpuCard } from '../../contract/gpu.ts';
import type { GpuErrorCode } from './errors.ts';

export interface Unusable {
  readonly code: GpuErrorCode;
  readonly detail: string;
}

/** What nvidia-smi writes instead of a value when it can no longer talk to the card. */
const LOST_CARD = /unknown error|gpu is lost|fallen off|requires reset|^err!?$/i;

const HEALTHY_RECOVERY = new Set(['none', 'n/a']);

export function nvidiaUnusable({
  card,
  computeMode,
  recovery,
}: {
  readonly card: Pick<GpuCard, 'uuid' | 'name' | 'memoryMib' | 'mig'>;
  readonly computeMode: string | null;
  /** v13 schemas: `None`, `Reset`, `Reboot`, `Drain P2P`, … */
  readonly recovery: string | null;
}): Unusable | null {
  if (LOST_CARD.test(card.name)) return { code: 'GPU_CARD_LOST', detail: card.name };
  if (recovery !== null && !HEALTHY_RECOVERY.has(recovery.toLowerCase())) {
    return { code: 'GPU_CARD_LOST', detail: `recovery action: ${recovery}` };
  }
  if (card.uuid === null) return { code: 'GPU_NO_IDENTITY', detail: 'no UUID' };
  if (card.name === '') return { code: 'GPU_NO_IDENTITY', detail: 'no name' };
  // Before the memory, which some drivers do not report for a card that is split.
  if (card.mig === 'enabled') return { code: 'GPU_MIG_ENABLED', detail: '' };
  if (card.memoryMib === null) return { code: 'GPU_NO_MEMORY_SIZE', detail: 'no memory size' };
  if (computeMode?.toLowerCase() === 'prohibited') return { code: 'GPU_COMPUTE_PROHIBITED', detail: '' };
  return null;
}
