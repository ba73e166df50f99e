/**
 * `apply`: creates keys, networks, settings and nodes as a file describes them. Also defines its options for `run` and
 * `serve`.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { inheritedDescriptors } from '../../../platform/inherited-descriptors.ts';
import type { Variables } from '../../apply/read-nodes-file.ts';
import { withHostAndNodes } from '../ask-program.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readPassphrases } from '../unattended.ts';

interface ApplyFlags extends CommonOptions {
  readonly file: string;
  readonly set?: Variables;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly passphraseFd?: number;
}

/** For every command that reads a nodes file. */
export function withVariables(command: Command): Command {
  return command.option(
    '--set <name=value>',
    'value of a variable in the file; letters, digits, dashes and underscores',
    (text: string, known: Variables = {}): Variables => {
      const [, name, value] = /^([A-Za-z0-9_-]+)=([A-Za-z0-9_-]+)$/.exec(text) ?? [];
      if (name !== undefined && value !== undefined) return { ...known, [name]: value };
      throw new InvalidArgumentError('It must be NAME=VALUE, where NAME has only letters, digits, dashes and underscores.');
    },
  );
}

export function addApplyCommand({ program, terminal, end, endsInOrder }: Registry): void {
  withVariables(common(program.command('apply')))
    .description('Creates and changes keys, networks, settings and nodes to match a file. Leaves everything else alone.')
    .requiredOption('-f, --file <path>', 'the nodes file, in YAML')
    .option('--dry-run', 'only show what would be done')
    .option('--prune', 'remove nodes that are not in the file, unless they are running, have a stake or an open task')
    .option('--passphrase-fd <number>', 'file descriptor with the passphrase of the keystore', wholeNumber(0, 1_023))
    .action(async ({ data, json, file, set = {}, dryRun = false, prune = false, passphraseFd }: ApplyFlags) => {
      const given = inheritedDescriptors(passphraseFd ?? null);
      const [{ applyNodesFile }, { planData, planText }] = await Promise.all([
        import('../../apply/apply.ts'),
        import('../../apply/plan-text.ts'),
      ]);
      const credentialsDir = process.env.CREDENTIALS_DIRECTORY;
      const passphrases = await readPassphrases({ descriptor: passphraseFd ?? null, credentialsDir });
      const plan = await withHostAndNodes(data, ({ host, nodeOf, runs }) => {
        endsInOrder();
        return applyNodesFile({
          ...{ host, nodeOf, file, variables: set, dataDir: data, passphrases, credentialsDir, given, dryRun, prune },
          ...{ signal: terminal.signal, program: runs ? 'running' : null },
        });
      });
      terminal.out(json ? JSON.stringify(planData(plan, { dryRun })) : planText(plan, { dryRun }));
      if (plan.left !== undefined) end(EXIT.interrupted);
      else end(plan.kept.length > 0 ? EXIT.refused : EXIT.ok);
    });
}
