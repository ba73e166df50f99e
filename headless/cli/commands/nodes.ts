/** Commands that show and control the nodes of the running program. */
import type { ProfileView } from '../../../contract/profiles.ts';
import type { HostClient } from '../../../contract/rpc-client.ts';
import { tasksQuerySchema } from '../../../contract/tasks.ts';
import { chooseProfile, profilesOf, withNode, withProgram } from '../ask-program.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { nodeFacts, nodeText, stateText, TASK_HEAD, table, taskCells } from '../node-text.ts';

type NodeOptions = CommonOptions & { readonly node?: string };

export function addNodeCommands(registry: Registry): void {
  const { program, terminal, clock, end } = registry;
  common(program.command('status'))
    .description('Shows what every node is doing.')
    .option('--node <name>', 'only this node')
    .action(async ({ data, json, node }: NodeOptions) => {
      await withProgram(data, async ({ host }) => {
        const all = await profilesOf(host);
        const views = node === undefined ? all : [chooseProfile(all, node)];
        if (json) terminal.out(JSON.stringify({ nodes: views.map(nodeFacts) }));
        else
          terminal.out(
            views.length === 0 ? 'There are no nodes yet.' : views.map((view) => nodeText(view, clock.now())).join('\n\n'),
          );
      });
      end(EXIT.ok);
    });
  common(program.command('tasks'))
    .description('Lists the newest tasks of a node.')
    .option('--node <name>', 'node, if there are several')
    .option('--limit <number>', 'how many', wholeNumber(1, 500), 20)
    .option('--offset <number>', 'how many to skip first', wholeNumber(0, 10_000_000), 0)
    .option('--text <text>', 'only those with this text in the commitment or error', '')
    .action(async ({ json, limit, offset, text, ...which }: NodeOptions & { limit: number; offset: number; text: string }) => {
      const query = tasksQuerySchema.parse({ filter: { text }, limit, offset });
      const { rows, total } = await withNode(which, ({ node }) => node.tasks.page(query));
      if (json) terminal.out(JSON.stringify({ tasks: rows, total }));
      else terminal.out(`${table(TASK_HEAD, rows.map(taskCells))}\n${rows.length} of ${total}`);
      end(EXIT.ok);
    });
  common(program.command('warm-up'))
    .description("Runs a node's engine warm-up again. --cancel cancels it, which leaves the node without tasks.")
    .option('--node <name>', 'node, if there are several')
    .option('--cancel', 'cancel it')
    .action(async ({ json, cancel = false, ...which }: NodeOptions & { cancel?: boolean }) => {
      const order = cancel ? 'cancel' : 'run';
      await withNode(which, ({ node }) => node.node.warmUp({ order }));
      terminal.out(
        json ? JSON.stringify({ warmUp: order }) : cancel ? 'The warm-up has been cancelled.' : 'The engine is warming up.',
      );
      end(EXIT.ok);
    });
  addControls(registry);
}

const ACTS = [
  ['start', 'Starts the process of a node.'],
  ['stop', 'Stops a node after its current task; its stake stays.'],
  ['pause', 'Pauses a node: it finishes its current task and takes no new ones. It stays in the network and keeps its stake.'],
  ['resume', 'Resumes a paused node. After a slash or a kick-out, this is the consent to join again with a new stake.'],
] as const;

function addControls({ program, terminal, end }: Registry): void {
  for (const [act, description] of ACTS) {
    common(program.command(act))
      .description(description)
      .argument('[node]', 'name or id, if there are several')
      .action(async (name: string | undefined, { data, json }: CommonOptions) => {
        const view = await withProgram(data, async ({ host, node }) => {
          const { id } = chooseProfile(await profilesOf(host), name).profile;
          if (act === 'stop' && !json) terminal.note('It will finish its current task first …');
          if (act === 'start' || act === 'stop') await host.profiles[act]({ id });
          else await (await node(id)).node[act]({});
          return act === 'pause' || act === 'resume' ? viewAfter(host, id, act) : chooseProfile(await profilesOf(host), id);
        });
        terminal.out(json ? JSON.stringify({ node: nodeFacts(view) }) : `${view.profile.name}: ${stateText(view)}`);
        end(act === 'start' && hasFailed(view) ? EXIT.failed : EXIT.ok);
      });
  }
}

const STATES_BEFORE: Readonly<Record<'pause' | 'resume', ReadonlySet<string>>> = {
  pause: new Set(['starting', 'running']),
  resume: new Set(['paused', 'pausing', 'slashed', 'kickedOut']),
};
/** A node may still show its old state after it accepted the call; wait until it reports the change itself. */
const REPORT_WITHIN_MS = 3_000;

/** The node after the call; its own report of it comes a moment later. */
async function viewAfter(host: HostClient, id: string, act: 'pause' | 'resume'): Promise<ProfileView> {
  const seen = async () => {
    const view = chooseProfile(await profilesOf(host), id);
    return view.node === null || !STATES_BEFORE[act].has(view.node.state) ? view : null;
  };
  const known = await seen();
  if (known !== null) return known;
  const ending = AbortSignal.timeout(REPORT_WITHIN_MS);
  try {
    for await (const _ of await host.profiles.watch({}, { signal: ending })) {
      const view = await seen();
      if (view !== null) return view;
    }
  } catch (error) {
    if (!ending.aborted) throw error;
  }
  return chooseProfile(await profilesOf(host), id);
}

const hasFailed = ({ worker }: ProfileView) => worker.kind === 'failed' || worker.kind === 'locked' || worker.kind === 'backoff';
