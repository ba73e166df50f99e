/** `retention`: what a node keeps of closed tasks, for how long, and how much. */
import { type NodeStorage, retentionSchema } from '../../../contract/retention.ts';
import { HeadlessError } from '../../errors.ts';
import { chooseProfile, profilesOf, withHost, withNode } from '../ask-program.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { table, timeText } from '../node-text.ts';

type NodeOptions = CommonOptions & { readonly node?: string };

const NODE_OPTION = ['--node <name>', 'node, if there are several'] as const;
const MIB = 1024 ** 2;

export function addRetentionCommands({ program, terminal, end }: Registry): void {
  const retention = program
    .command('retention')
    .description('What a node keeps of closed tasks. Scores, money and cases are always kept.');
  common(retention.command('show'))
    .description('Shows the policy, and what is stored now.')
    .option(...NODE_OPTION)
    .action(async ({ json, ...which }: NodeOptions) => {
      const storage = await withNode(which, ({ node }) => node.storage.view({}));
      terminal.out(json ? JSON.stringify({ storage }) : storageText(storage));
      end(EXIT.ok);
    });
  common(retention.command('set'))
    .description('Sets the policy. A running node applies it at its next start.')
    .option(...NODE_OPTION)
    .option('--days <number>', 'how long results, arguments and reports are kept', wholeNumber(1, 3_650))
    .option('--gib <number>', 'how much of the younger results is kept, newest first')
    .action(async ({ data, json, node, days, gib }: NodeOptions & { days?: number; gib?: string }) => {
      const change = { ...(days === undefined ? {} : { days }), ...(gib === undefined ? {} : { resultsGib: Number(gib) }) };
      if (Object.keys(change).length === 0) throw new HeadlessError('HEADLESS_BAD_ARGUMENT', 'give --days, --gib or both');
      const policy = await withHost(data, async (host) => {
        const { profile } = chooseProfile(await profilesOf(host), node);
        const { id, createdMs: _created, ...draft } = profile;
        const parsed = retentionSchema.safeParse({ ...draft.retention, ...change });
        if (!parsed.success) {
          const why = parsed.error.issues[0]?.message ?? 'invalid';
          throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `--gib: ${why}`, { field: '--gib' });
        }
        const view = await host.profiles.update({ id, draft: { ...draft, retention: parsed.data } });
        return view.profile.retention;
      });
      if (json) terminal.out(JSON.stringify({ policy }));
      else terminal.out(`Results are kept for ${policy.days} days, and ${policy.resultsGib} GiB of them at most.`);
      end(EXIT.ok);
    });
  common(retention.command('prune'))
    .description('Deletes what exceeds the policy at once.')
    .option(...NODE_OPTION)
    .option('--all', 'removes results, arguments and reports of all closed tasks; cases, scores and money stay', false)
    .action(async ({ json, all, ...which }: NodeOptions & { all: boolean }) => {
      const scope = all ? 'allClosed' : 'overPolicy';
      const storage = await withNode(which, ({ node }) => node.storage.prune({ scope }));
      terminal.out(json ? JSON.stringify({ storage }) : storageText(storage));
      end(EXIT.ok);
    });
}

function removableText({ tasks, bytes, oldestMs }: NodeStorage['removable']): string {
  const since = oldestMs === null ? '' : `, the oldest closed ${timeText(oldestMs)} UTC`;
  return `${(bytes / MIB).toFixed(1)} MiB of ${tasks} closed tasks${since}`;
}

function storageText(storage: NodeStorage): string {
  const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`;
  const { policy, cases, events, unreadable, unreadableEver } = storage;
  return table(
    ['kept', ''],
    [
      ['policy', `${policy.days} days, results up to ${policy.resultsGib} GiB`],
      ['results', mib(storage.resultsBytes)],
      ['of them removable', removableText(storage.removable)],
      ['arguments of tasks', mib(storage.argsBytes)],
      ['reports of failures', mib(storage.reportBytes)],
      ['cases', `${cases}, ${mib(storage.caseBytes)}`],
      ['events', String(events)],
      ['unreadable events', `${unreadable}, ${unreadableEver} ever`],
    ],
  );
}
