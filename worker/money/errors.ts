/** What can go wrong with a node's money: the ledger, its sources, withdrawals and irreversible acts. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const MONEY_ERRORS = {
  MONEY_BAD_ENTRY: {
    meaning: 'The program tried to write a ledger entry that its chart of accounts does not allow.',
    remedy: 'Report it: this is a bug, and nothing was written.',
  },
  MONEY_LEDGER_CONFLICT: {
    meaning: 'A source reported the same movement of money twice, with different amounts or accounts.',
    remedy: 'The first report counts, and the second is stored next to it. Compare both with the source before you trust either.',
  },
  MONEY_TOTALS_BROKEN: {
    meaning: 'The running totals do not match the ledger.',
    remedy: 'They are rebuilt from the entries. If it happens again, check the disk and report it.',
  },
  MONEY_BAD_RANGE: {
    meaning: 'A range of time is empty, reversed, or has too many steps.',
    remedy: 'Choose a shorter range, or larger steps.',
  },
  MONEY_UNSUPPORTED: {
    meaning: 'This network does not offer the requested function.',
    remedy: 'None here; another network may offer it.',
  },
  MONEY_CONFIRMATION_UNKNOWN: {
    meaning: 'The confirmation was never issued, was already used, or belongs to an earlier run of the program.',
    remedy: 'Review the action again and confirm that.',
  },
  MONEY_CONFIRMATION_EXPIRED: {
    meaning: 'The confirmation came too late.',
    remedy: 'Review the action again and confirm it sooner.',
  },
  MONEY_CONFIRMATION_CHANGED: {
    meaning: 'The confirmation no longer matches what would happen: an amount, a fee or an address has changed.',
    remedy: 'Review the action again; its details have changed.',
  },
  MONEY_BENEFIT_MALFORMED: {
    meaning: 'The beneficial address is not an address: 0x and 40 hexadecimal digits.',
    remedy: 'Copy it again from the wallet.',
  },
  MONEY_BENEFIT_CHECKSUM: {
    meaning: 'The upper and lower case letters of the beneficial address do not match its checksum: it contains a typing error.',
    remedy: 'Copy it again from the wallet; never correct it by hand.',
  },
  MONEY_BENEFIT_ZERO: {
    meaning: 'The beneficial address is zero; whatever is sent there is lost.',
    remedy: 'Use the address of your own wallet.',
  },
  MONEY_BENEFIT_OWN_KEY: {
    meaning:
      'The beneficial address belongs to a key of this program; an attacker who breaks into the node would get the money too.',
    remedy: 'Use an address whose key is not on this machine.',
  },
  MONEY_BENEFIT_CONTRACT: {
    meaning: "The beneficial address is one of the network's own contracts, which cannot give the money back.",
    remedy: 'Use the address of your own wallet.',
  },
  MONEY_BENEFIT_SET: {
    meaning: 'The beneficial address is already set, and the contract does not allow changing it.',
    remedy: 'Use it, or start a node with a new key.',
  },
  MONEY_WITHDRAW_TOO_SMALL: {
    meaning: "The amount is below the relay's minimum for a withdrawal.",
    remedy: 'Withdraw at least `minimumWei`.',
  },
  MONEY_WITHDRAW_INSUFFICIENT: {
    meaning: 'The relay balance cannot cover the amount plus the fee.',
    remedy: 'Withdraw at most `mostWei`.',
  },
  MONEY_WITHDRAW_DAILY_LIMIT: {
    meaning: 'The relay allows no further withdrawal on this UTC day.',
    remedy: 'Wait until the next UTC midnight.',
  },
  MONEY_WITHDRAW_NETWORK: {
    meaning: 'The relay does not pay out on this network.',
    remedy: 'Check the network preset.',
  },
  MONEY_WITHDRAW_OPEN: {
    meaning: 'An earlier withdrawal was sent and its outcome is not known yet; a second one might pay twice.',
    remedy: 'Wait a few minutes until the relay’s list shows the outcome.',
  },
  MONEY_WITHDRAW_UNCLEAR: {
    meaning: 'The withdrawal was sent, but the relay’s answer did not arrive. It may or may not have been accepted.',
    remedy: 'Do not repeat it; the program looks it up in the relay’s list and reports the outcome.',
  },
  MONEY_WITHDRAW_REFUSED: {
    meaning: 'The relay refused the withdrawal; `reason` contains its message.',
    remedy: 'The reason says why. Nothing was paid.',
  },
} as const satisfies ErrorCatalogue;

export type MoneyErrorCode = keyof typeof MONEY_ERRORS;

export class MoneyError extends CodedError<MoneyErrorCode> {}
