import type { NodeConfig } from '../../contract/node-config.ts';
import type { MachineFacts } from '../../contract/trust.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { SYSTEM } from '../../platform/system.ts';
import type { Engine } from '../engines/engine.ts';
import type { CardGuard } from '../gpu/card-guard.ts';
import type { ReportedGpu } from '../gpu/isolation.ts';

/** The state of the machine at this moment, as evidence about a task. */
export function machineFacts(parts: {
  readonly config: Pick<NodeConfig, 'engine'>;
  readonly engine: Pick<Engine, 'state'>;
  readonly gpu: ReportedGpu;
  readonly guard: Pick<CardGuard, 'view'> | undefined;
}): MachineFacts {
  const { config, engine, gpu, guard } = parts;
  const state = engine.state();
  return {
    engine: state.kind === 'ready' ? { kind: config.engine.kind, version: state.version } : null,
    gpu: { name: gpu.name, vramGib: gpu.vramGib, cards: gpu.uuids.length },
    driver: guard?.view().sample?.cards[0]?.driver ?? null,
    program: packageJson.version,
    platform: SYSTEM.label,
  };
}
