/** `beneficial-address`: where all withdrawals of a node go. It is set once and permanently. */

import { Option } from 'commander';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import { HeadlessError } from '../../errors.ts';
import { type ConnectedNode, withNode } from '../ask-program.ts';
import { confirmationId } from '../confirm.ts';
import { addressArgument, type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withTransactionUrl } from '../node-text.ts';
import { askSecret } from '../secrets.ts';
import type { Terminal } from '../terminal.ts';

type NodeOptions = CommonOptions & { readonly node?: string };
interface SetOptions extends NodeOptions {
  readonly permanent?: boolean;
  /** The former name of `permanent`. */
  readonly forEver?: boolean;
  readonly passphraseFd?: number;
}

/** Number of the address's last characters to type, so that somebody who pasted a wrong address notices. */
const TYPED_CHARACTERS = 6;

export function addBeneficialAddressCommands({ program, terminal, end }: Registry): void {
  const command = program.command('beneficial-address').description('The address that all withdrawals of a node go to.');
  common(command.command('show'))
    .description('Shows the address as the chain has it.')
    .option('--node <name>', 'node, if there are several')
    .action(async ({ json, ...which }: NodeOptions) => {
      const { benefitAddress } = await withNode(which, ({ node }) => node.money.stake({}));
      if (json) terminal.out(JSON.stringify({ benefitAddress }));
      else terminal.out(benefitAddress ?? "It is not set: withdrawals go to the node's own address.");
      end(EXIT.ok);
    });
  common(command.command('set'))
    .description(
      'Sets the address permanently: the contract never changes it again. Asks for its last characters at the terminal.',
    )
    .argument('<address>')
    .option('--node <name>', 'node, if there are several')
    .option(
      '--permanent',
      'without a terminal: confirms that you compared the address and know it is permanent; needs --passphrase-fd',
    )
    .addOption(new Option('--for-ever', 'the former name of --permanent').hideHelp())
    .option('--passphrase-fd <number>', "file descriptor with the passphrase of the node's key", wholeNumber(0, 1_023))
    .action(async (given: string, { json, permanent = false, forEver = false, passphraseFd, ...which }: SetOptions) => {
      const address = addressArgument(given);
      const done = await withNode(which, async (asked) => {
        const act = { kind: 'setBenefitAddress' as const, address };
        const preview = await asked.node.money.prepareChainAct({ act });
        const confirmation = confirmationId(preview);
        for (const [name, fact] of Object.entries(preview.facts)) terminal.note(`${name.padEnd(20)} ${fact}`);
        await requirePermanentConfirmation(address, {
          ...{ asked, permanent: permanent || forEver, passphraseFd: passphraseFd ?? null, terminal },
        });
        terminal.note('Waiting for the transaction …');
        return withTransactionUrl(await asked.node.money.confirmChainAct({ act, confirmation }), asked.view);
      });
      if (json) terminal.out(JSON.stringify(done));
      else
        terminal.out(
          done.transaction === null
            ? 'It was already set.'
            : `Set by ${done.transaction}${done.url === null ? '' : ` (${done.url})`}.`,
        );
      end(EXIT.ok);
    });
}

/**
 * Confirmed by a person who types the end of the address, or by --permanent from someone who knows the passphrase of the
 * node's key.
 */
async function requirePermanentConfirmation(
  address: string,
  {
    asked: { host, view },
    permanent,
    passphraseFd,
    terminal,
  }: { asked: ConnectedNode; permanent: boolean; passphraseFd: number | null; terminal: Terminal },
): Promise<void> {
  if (permanent && passphraseFd !== null) {
    const own = view.profile.address;
    const known = (await host.keys.list({})).keys.find((key) => sameAddress(key.address, own));
    if (known?.store !== 'keystore') {
      throw new HeadlessError('HEADLESS_NOT_CONFIRMED', 'its key has no passphrase; confirm it at a terminal');
    }
    // Throws if the passphrase does not unlock the key.
    await host.keys.unlock({ address: own, passphrase: await askSecret('Passphrase', { descriptor: passphraseFd, terminal }) });
    return;
  }
  if (terminal.ask === null) throw new HeadlessError('HEADLESS_NOT_CONFIRMED', 'nobody is there to confirm it');
  const typed = await terminal.ask(`It can never be changed. Type the last ${TYPED_CHARACTERS} characters of the address: `);
  if (typed.trim().toLowerCase() === address.slice(-TYPED_CHARACTERS).toLowerCase()) return;
  throw new HeadlessError('HEADLESS_NOT_CONFIRMED', 'these are not its last characters; nothing was done');
}
