/** `access`: who else may read or control the nodes of this program. */
import { Option } from 'commander';
import { accessNameSchema } from '../../../contract/access.ts';
import { ROLES, type Role } from '../../../contract/acts.ts';
import { HeadlessError } from '../../errors.ts';
import { withHost } from '../ask-program.ts';
import { type CommonOptions, common, type Registry } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { table, timeText } from '../node-text.ts';

export function addAccessCommands({ program, terminal, end }: Registry): void {
  const access = program.command('access').description('Access tokens: who else may read or control the nodes of this program.');
  common(access.command('create'))
    .description('Creates an access token and prints it once. Only its digest is stored.')
    .argument('<name>', 'name of its holder: lower-case letters, digits and dashes')
    .addOption(
      new Option('--role <role>', 'read: view only; operate: also pause, resume and drain').choices(ROLES).makeOptionMandatory(),
    )
    .action(async (name: string, { data, json, role }: CommonOptions & { role: Role }) => {
      const created = await withHost(data, (host) => host.access.create({ name: readName(name), role }));
      if (json) terminal.out(JSON.stringify(created));
      else {
        terminal.out(created.token);
        terminal.note(`The token of ${created.name} (${created.role}). It is shown only this once; give it only to its holder.`);
      }
      end(EXIT.ok);
    });
  common(access.command('list'))
    .description('Lists the access tokens, without the tokens themselves.')
    .action(async ({ data, json }: CommonOptions) => {
      const answer = await withHost(data, (host) => host.access.list({}));
      const rows = answer.tokens.map(({ name, role, createdMs }) => [name, role, timeText(createdMs)]);
      if (json) terminal.out(JSON.stringify(answer));
      else terminal.out(rows.length === 0 ? 'There are no access tokens.' : table(['name', 'role', 'created (UTC)'], rows));
      end(EXIT.ok);
    });
  common(access.command('revoke'))
    .description('Revokes an access token and closes its connections at once.')
    .argument('<name>')
    .action(async (name: string, { data, json }: CommonOptions) => {
      await withHost(data, (host) => host.access.revoke({ name: readName(name) }));
      terminal.out(json ? JSON.stringify({ revoked: name }) : `Revoked the token of ${name}.`);
      end(EXIT.ok);
    });
}

/** @throws HeadlessError HEADLESS_BAD_ARGUMENT */
function readName(text: string): string {
  const parsed = accessNameSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `the name ${parsed.error.issues[0]?.message ?? 'is invalid'}`, {
    field: 'name',
  });
}
