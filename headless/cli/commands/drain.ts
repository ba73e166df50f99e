/** `drain`: pauses nodes and waits until none of them has a task. */
import type { ProfileView } from '../../../contract/profiles.ts';
import type { HostClient } from '../../../contract/rpc-client.ts';
import type { NodeView } from '../../../contract/worker-channel.ts';
import { followNodes } from '../../../host/notices/live-nodes.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { HeadlessError } from '../../errors.ts';
import { chooseProfile, profilesOf, withProgram } from '../ask-program.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** A quarter of an hour: longer than most tasks can take. */
const DEFAULT_SECONDS = 900;

interface DrainFlags extends CommonOptions {
  readonly timeout: number;
  readonly stop?: boolean;
}

export function addDrainCommand({ program, terminal, clock, end }: Registry): void {
  common(program.command('drain'))
    .description('Pauses nodes and waits until they have finished their tasks. They stay paused until they are resumed.')
    .argument('[node...]', 'names or ids; all nodes if omitted')
    .option('--stop', 'stop them instead; they take tasks again at their next start')
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
      terminal.out(json ? JSON.stringify({ drained }) : drained.length === 0 ? 'There are no nodes yet.' : 'No node has a task.');
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

/** @throws HeadlessError HEADLESS_DRAIN_LATE naming the nodes that still have work; paused nodes stay paused */
export async function drain({ host, act, clock, say }: DrainParts, { ids, timeoutMs, stop }: DrainOrder): Promise<void> {
  if (ids.length === 0) return;
  const following = new AbortController();
  const done = Promise.withResolvers<void>();
  /** Profile id → pid that was told; a restarted process has to be told again. */
  const orderedPids = new Map<string, number>();
  let left: readonly ProfileView[] = [];
  const followed = followNodes(host, following.signal, ({ all }) => {
    const chosen = all.filter(({ profile }) => ids.includes(profile.id));
    for (const { profile, worker, node } of chosen) {
      if (worker.kind !== 'running' || orderedPids.get(profile.id) === worker.pid || !(stop || takesTasks(node))) continue;
      orderedPids.set(profile.id, worker.pid);
      // If the process is just ending, a later update shows that.
      act(profile.id).catch(() => orderedPids.delete(profile.id));
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
    const text = `after ${timeoutMs / 1_000} s, these nodes still have work: ${nodes.join(', ')}`;
    throw new HeadlessError('HEADLESS_DRAIN_LATE', text, { nodes });
  });
  try {
    await Promise.race([done.promise, followed, late]);
  } finally {
    following.abort();
    await Promise.allSettled([followed, late]);
  }
}

/**
 * It takes tasks or soon will. A node that the network has removed is left alone: rejoining needs its host's consent.
 */
function takesTasks(node: NodeView | null): boolean {
  return node === null ? false : node.state === 'running' || node.state === 'starting';
}

/** States in which no task can arrive. */
const AT_REST: ReadonlySet<NodeView['state']> = new Set(['paused', 'stopped', 'slashed', 'kickedOut', 'failed']);
/** The network has the node or may have it, so it can still be given a task. */
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
      // It is starting, ending or restarting after a crash, and may have a task.
      return false;
  }
}
