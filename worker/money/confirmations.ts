/**
 * Two steps for irreversible acts: first the act is shown with all its effects, then exactly that is confirmed. A
 * confirmation is valid for one act, once, for a short time, and only if what was shown is still true. Pure.
 */
import type { ChainAct } from '../../contract/money-acts.ts';
import { addMs, elapsedMs, type Monotonic } from '../../protocol/monotonic.ts';
import { canonicalJson } from '../../protocol/signing/canonical-json.ts';
import { MoneyError } from './errors.ts';

export const CONFIRM_WITHIN_MS = 120_000;

type ConfirmableKind = 'withdraw' | ChainAct['kind'];

/** Everything that a person must have seen: if any of it changes, it is a different act. */
export interface ConfirmableAct {
  readonly kind: ConfirmableKind;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

interface IssuedConfirmation {
  readonly act: string;
  readonly expires: Monotonic;
}

/** By token. */
export type Confirmations = ReadonlyMap<string, IssuedConfirmation>;

export const NO_CONFIRMATIONS: Confirmations = new Map();

export interface NewConfirmation {
  readonly act: ConfirmableAct;
  /** Unguessable and new. */
  readonly token: string;
  readonly now: Monotonic;
}

/** Adds a confirmation and removes expired ones. */
export function issueConfirmation(issued: Confirmations, { act, token, now }: NewConfirmation): Confirmations {
  const fresh = [...issued].filter(([, { expires }]) => elapsedMs(now, expires) > 0);
  return new Map([...fresh, [token, { act: canonicalJson(act), expires: addMs(now, CONFIRM_WITHIN_MS) }]]);
}

export type Redemption =
  | { readonly kind: 'confirmed'; readonly left: Confirmations }
  /** `left` never contains the token: it had its one attempt. */
  | { readonly kind: 'refused'; readonly left: Confirmations; readonly error: MoneyError };

/** Called between a person's answer and the act. @throws MoneyError MONEY_CONFIRMATION_CHANGED */
export function assertSame(shown: ConfirmableAct, now: ConfirmableAct): void {
  if (canonicalJson(shown) === canonicalJson(now)) return;
  throw changedError(now);
}

function changedError({ kind }: ConfirmableAct): MoneyError {
  return new MoneyError('MONEY_CONFIRMATION_CHANGED', 'what was confirmed is not what would happen now', { kind });
}

/** @param act what would happen now */
export function redeemConfirmation(issued: Confirmations, { act, token, now }: NewConfirmation): Redemption {
  const found = issued.get(token);
  const left = new Map([...issued].filter(([other]) => other !== token));
  const refuse = (error: MoneyError): Redemption => ({ kind: 'refused', left, error });
  if (found === undefined) return refuse(new MoneyError('MONEY_CONFIRMATION_UNKNOWN', 'there is no such confirmation'));
  if (elapsedMs(now, found.expires) <= 0)
    return refuse(new MoneyError('MONEY_CONFIRMATION_EXPIRED', 'the confirmation came too late'));
  if (found.act !== canonicalJson(act)) return refuse(changedError(act));
  return { kind: 'confirmed', left };
}
