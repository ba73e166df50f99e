/**
 * A Mac's GPU: there is only one, it is shared with everything else, and it is named differently. Source:
 * RELAY_PROTOCOL 8.9.
 */
import type { GpuCard } from '../../contract/gpu.ts';
import type { Clock } from '../../protocol/ports.ts';
import { SystemProcessRunner } from '../kit/process-runner.ts';
import { type DerivedGpu, deriveGpu } from './assignment.ts';
import { gpuError } from './errors.ts';
import type { ReportedGpu } from './isolation.ts';
import type { NvidiaProbe } from './nvidia-smi.ts';
import { type ControllerProbe, controllerCard, type Machine, probeControllers, thisMachine } from './other-cards.ts';
import type { MacName } from './platform.ts';

/** Reads this Mac's GPU like nvidia-smi reads other machines' cards; it reports neither temperature nor power. */
export function macProbe(clock: Clock): { probe(): Promise<NvidiaProbe> } {
  const runner = new SystemProcessRunner({ clock });
  const machine = thisMachine();
  return { probe: async () => macCards(await probeControllers({ runner }), machine) };
}

export function macCards(controllers: ControllerProbe, machine: Machine): NvidiaProbe {
  if (controllers.kind !== 'found') return { kind: 'failed', problem: controllers.problem };
  const cards = controllers.controllers
    .map((controller, index) => controllerCard({ controller, index, machine, nvidiaProblem: null }))
    .filter(({ vendor }) => vendor === 'apple');
  return { kind: 'found', cards, problems: [] };
}

const MAC_NAME_SUFFIX = '+Darwin';

/** True for a configuration that states a Mac's own GPU; other stated cards belong to devnets. */
export function namesMac({ name, uuids }: ReportedGpu): boolean {
  return uuids.length === 0 && name.endsWith(MAC_NAME_SUFFIX);
}

/**
 * Law 6 where isolation is impossible: the stated card must be this Mac's, in either spelling of its name.
 * @throws GpuError GPU_REPORT_MISMATCH, GPU_UNKNOWN_CARD if the Mac reports no Apple GPU
 */
export function assertMac(stated: ReportedGpu, cards: readonly GpuCard[]): DerivedGpu {
  const card = cards.find(({ vendor, unusable }) => vendor === 'apple' && unusable === null);
  if (card === undefined) throw gpuError('GPU_UNKNOWN_CARD', 'No GPU of Apple here.');
  const derive = (macName: MacName) =>
    deriveGpu({ ids: [card.id] }, { cards, platform: 'Darwin', executor: 'device_map', macName });
  const [official, chipset] = [derive('official'), derive('chipset')];
  const match = [official, chipset].find(
    ({ reportedName, reportedVramGib }) => reportedName === stated.name && reportedVramGib === stated.vramGib,
  );
  if (match !== undefined) return match;
  throw gpuError(
    'GPU_REPORT_MISMATCH',
    `Configured: ${stated.name}, ${stated.vramGib} GiB; this Mac: ${official.reportedName}, ${official.reportedVramGib} GiB.`,
  );
}
