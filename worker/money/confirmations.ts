/**
 * Two steps for what cannot be undone: first an act is shown with all it will do, then exactly that is confirmed.
 * A confirmation fits one act, once, for a short time, and not when what was shown is no longer true. Pure.
 */
import type { ChainAct } from '../../contract/money-acts.ts';
import { elapsedMs, later, type Monotonic } from '../../protocol/monotonic.ts';
import { canonicalJson } from '../../protocol/signing/canonical-json.ts';
import { MoneyError } from './errors.ts';

export const CONFIRM_WITHIN_MS = 120_000;

type ConfirmableKind = 'withdraw' | ChainAct['kind'];

/** Everything that a person must have seen: a change in any of it is another act. */
export interface ConfirmableAct {
  readonly kind: ConfirmableKind;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

interface Issued {
  readonly act: string;
  readonly expires: Monotonic;
}

/** By token. */
export type Confirmations = ReadonlyMap<string, Issued>;

export const NO_CONFIRMATIONS: Confirmations = new Map();

export interface NewConfirmation {
  readonly act: ConfirmableAct;
  /** Unguessable and new. */
  readonly token: string;
  readonly now: Monotonic;
}

/** Adds a confirmation and forgets those that are out of date. */
export function issueConfirmation(issued: Confirmations, { act, token, now }: NewConfirmation): Confirmations {
  const fresh = [...issued].filter(([, { expires }]) => elapsedMs(now, expires) > 0);
  return new Map([...fresh, [token, { act: canonicalJson(act), expires: later(now, CONFIRM_WITHIN_MS) }]]);
}

export type Redemption =
  | { readonly kind: 'confirmed'; readonly left: Confirmations }
  /** `left` is without the token in any case: it has had its chance. */
  | { readonly kind: 'refused'; readonly left: Confirmations; readonly error: MoneyError };

/** Between the word of a person and the act. @throws MoneyError MONEY_CONFIRMATION_CHANGED */
export function assertSame(shown: ConfirmableAct, now: ConfirmableAct): void {
  if (canonicalJson(shown) === canonicalJson(now)) return;
  throw new MoneyError('MONEY_CONFIRMATION_CHANGED', 'what was confirmed is not what would happen now', { kind: now.kind });
}

/** @param act What would happen now. */
export function redeemConfirmation(issued: Confirmations, { act, token, now }: NewConfirmation): Redemption {
  const found = issued.get(token);
  const left = new Map([...issued].filter(([other]) => other !== token));
  const refuse = (error: MoneyError): Redemption => ({ kind: 'refused', left, error });
  if (found === undefined) return refuse(new MoneyError('MONEY_CONFIRMATION_UNKNOWN', 'there is no such confirmation'));
  if (elapsedMs(now, found.expires) <= 0)
    return refuse(new MoneyError('MONEY_CONFIRMATION_EXPIRED', 'the confirmation came too late'));
  if (found.act !== canonicalJson(act)) {
    return refuse(
      new MoneyError('MONEY_CONFIRMATION_CHANGED', 'what was confirmed is not what would happen now', { kind: act.kind }),
    );
  }
  return { kind: 'confirmed', left };
}
