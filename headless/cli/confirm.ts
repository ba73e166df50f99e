/** Two-step acts: shows what will happen, then does it if the person agrees. */
import type { ErrorView } from '../../contract/worker-channel.ts';
import { HeadlessError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

export interface PreparedAct {
  readonly problems: readonly ErrorView[];
  readonly confirmation: { readonly id: string } | null;
}

/** The confirmation token of an act that nothing speaks against. @throws HeadlessError HEADLESS_ACT_REFUSED */
export function confirmationId({ problems, confirmation }: PreparedAct): string {
  if (confirmation !== null && problems.length === 0) return confirmation.id;
  const said = problems.map(({ code, message }) => `${message} (${code})`).join('; ');
  throw new HeadlessError('HEADLESS_ACT_REFUSED', said || 'nothing to do', { codes: problems.map(({ code }) => code) });
}

/** @throws HeadlessError HEADLESS_NOT_CONFIRMED */
export async function requireConfirmation(
  question: string,
  { yes, terminal }: { readonly yes: boolean; readonly terminal: Terminal },
): Promise<void> {
  if (yes) return;
  if (terminal.ask === null) throw new HeadlessError('HEADLESS_NOT_CONFIRMED', 'nobody is there to confirm it');
  const answer = await terminal.ask(`${question} [yes/no] `);
  if (/^(?:y|yes)$/i.test(answer.trim())) return;
  throw new HeadlessError('HEADLESS_NOT_CONFIRMED', 'it was not confirmed; nothing was done');
}
