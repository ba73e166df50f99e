/** `drain`: takes nodes out of work and waits until none of them has a task. */
import type { ProfileView } from '../../../contract/profiles.ts';
import type { HostClient } from '../../../contract/rpc-client.ts';
import type { NodeView } from '../../../contract/worker-channel.ts';
import { followNodes } from '../../../host/notices/live-nodes.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { HeadlessError } from '../../errors.ts';
import { chooseProfile, profilesOf, withProgram } from '../ask-program.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** A quarter of an hour: the longest that most tasks take, and some more. */
const DEFAULT_SECONDS = 900;

interface DrainFlags extends CommonOptions {
  readonly timeout: number;
  readonly stop?: boolean;
}

export function addDrainCommand({ program, terminal, clock, end }: Registry): void {
  common(program.command('drain'))
    .description('Pauses nodes, and waits until they have finished their tasks. They stay paused until they are resumed.')
    .argument('[node...]', 'names or ids; left out, every node')
    .option('--stop', 'stop them instead: they take tasks again at their next start')
    .option('--timeout <seconds>', 'how long to wait', wholeNumber(0, 86_400), DEFAULT_SECONDS)
    .action(async (names: string[], { data, json = false, timeout, stop = false }: DrainFlags) => {
      const drained = await withProgram(data, async ({ host, node }) => {
        const views = await profilesOf(host);
        const chosen = names.length === 0 ? views : names.map((name) => chooseProfile(views, name));
        const act = async (id: string) => void (await (stop ? host.profiles.stop({ id }) : (await node(id)).node.pause({})));
        const ids = chosen.map(({ profile }) => profile.id);
        const say = json ? () => {} : terminal.note;
        await drain({ host, act, clock, say }, { ids, timeoutMs: timeout * 1_000, stop });
        return ids;
      });
      terminal.out(json ? JSON.stringify({ drained }) : drained.length === 0 ? 'There is no node yet.' : 'No node has a task.');
      end(EXIT.ok);
    });
}

interface DrainParts {
  readonly host: HostClient;
  /** Pauses a node, or stops it. */
  readonly act: (profileId: string) => Promise<void>;
  readonly clock: Clock;
  readonly say: (text: string) => void;
}

interface DrainOrder {
  readonly ids: readonly string[];
  readonly timeoutMs: number;
  readonly stop: boolean;
}

/** @throws HeadlessError HEADLESS_DRAIN_LATE naming the nodes that are left; what was paused stays so */
export async function drain({ host, act, clock, say }: DrainParts, { ids, timeoutMs, stop }: DrainOrder): Promise<void> {
  if (ids.length === 0) return;
  const following = new AbortController();
  const done = Promise.withResolvers<void>();
  /** Process in which the node was told: another one is told again. */
  const told = new Map<string, number>();
  let left: readonly ProfileView[] = [];
  const followed = followNodes(host, following.signal, ({ all }) => {
    const chosen = all.filter(({ profile }) => ids.includes(profile.id));
    for (const { profile, worker, node } of chosen) {
      if (worker.kind !== 'running' || told.get(profile.id) === worker.pid || !(stop || takesTasks(node))) continue;
      told.set(profile.id, worker.pid);
      // A process that ends at this very moment is seen to have ended.
      act(profile.id).catch(() => told.delete(profile.id));
    }
    const before = left;
    left = chosen.filter((view) => !isDrained(view, stop));
    for (const { profile } of before) {
      if (!left.some((view) => view.profile.id === profile.id)) say(`${profile.name} has no task`);
    }
    if (left.length === 0) done.resolve();
  }).then(() => {
    throw new HeadlessError('HEADLESS_NOT_RUNNING', 'the program ended');
  });
  const late = clock.sleep(timeoutMs, following.signal).then(() => {
    const nodes = left.map(({ profile }) => profile.id);
    const text = `after ${timeoutMs / 1_000} s there is still work of ${nodes.join(', ')}`;
    throw new HeadlessError('HEADLESS_DRAIN_LATE', text, { nodes });
  });
  try {
    await Promise.race([done.promise, followed, late]);
  } finally {
    following.abort();
    await Promise.allSettled([followed, late]);
  }
}

/** It takes tasks, or will. One that the network has put out is left as it is: its way back needs its host's word. */
function takesTasks(node: NodeView | null): boolean {
  return node === null ? false : node.state === 'running' || node.state === 'starting';
}

/** States in which no task can come. */
const AT_REST: ReadonlySet<NodeView['state']> = new Set(['paused', 'stopped', 'slashed', 'kickedOut', 'failed']);
/** The network does not have the node, or may have it: it still can be given one. */
const MAY_BE_MEMBER: ReadonlySet<string> = new Set(['checking', 'joining', 'member']);

export function isDrained({ worker, node }: ProfileView, stop: boolean): boolean {
  switch (worker.kind) {
    case 'stopped':
    case 'locked':
    case 'failed':
      return true;
    case 'running': {
      if (stop || node === null || node.currentTask !== null) return false;
      const isOut = node.wanted === 'paused' && node.life !== null && !MAY_BE_MEMBER.has(node.life.kind);
      return AT_REST.has(node.state) || isOut;
    }
    default:
      // It starts, ends, or comes back after a crash, with whatever task it had.
      return false;
  }
}
