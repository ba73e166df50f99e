/** Derives the state of the tray, the notifications and the power blocker from the nodes. Pure. */
import type { ProfileView } from '../contract/profiles.ts';
import type { Control } from '../contract/truth/controls.ts';
import type { LifeState } from '../contract/truth/life-state.ts';
import { nodeTruth, trayState } from '../contract/truth/node-truth.ts';

export interface TrayNode {
  readonly id: string;
  readonly name: string;
  /** A key of the shell's texts. */
  readonly life: LifeState;
  readonly controls: readonly Control[];
}

export interface Tray {
  readonly tone: ReturnType<typeof trayState>;
  readonly nodes: readonly TrayNode[];
}

/** The shell shows no ages, so the time does not matter. */
const truthOf = ({ worker, node }: Pick<ProfileView, 'worker' | 'node'>) => nodeTruth({ worker, node, nowMs: 0 });

export function trayOf(profiles: readonly ProfileView[]): Tray {
  const truths = profiles.map(truthOf);
  const nodes = profiles.map(({ profile: { id, name } }, index) => ({
    ...{ id, name, life: truths[index]?.life ?? 'unknown' },
    controls: truths[index]?.controls ?? [],
  }));
  return { tone: trayState(truths), nodes };
}

/** The machine must not sleep during a task: the task would time out, which costs money. */
export function mustStayAwake(profiles: readonly ProfileView[]): boolean {
  return profiles.some((view) => truthOf(view).task !== null);
}
