/**
 * Folders that a person has chosen in a dialog of the program. A page only gets a token, which it passes along with the
 * act that the folder is for; a path from a page is never accepted.
 */
import type { ChosenPlace, PlaceKind } from '../../contract/host-contract.ts';
import { bytesToHex } from '../../protocol/hex.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { HostError } from '../errors.ts';

/** Resolves with the folder's path, or null if none was chosen or nobody can be asked. */
export type OpenChooser = (kind: PlaceKind) => Promise<string | null>;

export interface ChosenPlaces {
  /** Null at once while another dialog is open. */
  choose(kind: PlaceKind): Promise<ChosenPlace | null>;
  holds(token: string, kind: PlaceKind): boolean;
  /** Returns the path and invalidates the token. @throws HostError PLACE_NOT_CHOSEN */
  take(token: string, kind: PlaceKind): string;
}

const CHOICE_VALID_MS = 10 * 60_000;
const MAX_CHOICES = 20;
const TOKEN_BYTES = 16;

interface Choice {
  readonly kind: PlaceKind;
  readonly path: string;
  readonly ageMs: () => number;
}

export function createChosenPlaces(options: {
  readonly open: OpenChooser;
  readonly clock: Clock;
  readonly random: Random;
}): ChosenPlaces {
  const { open, clock, random } = options;
  const choices = new Map<string, Choice>();
  let asking = false;
  const find = (token: string, kind: PlaceKind): Choice | null => {
    const choice = choices.get(token);
    return choice !== undefined && choice.kind === kind && choice.ageMs() <= CHOICE_VALID_MS ? choice : null;
  };
  return {
    async choose(kind) {
      if (asking) return null;
      asking = true;
      try {
        const path = await open(kind);
        if (path === null) return null;
        const token = bytesToHex(random.bytes(TOKEN_BYTES)).slice(2);
        choices.set(token, { kind, path, ageMs: startStopwatch(clock) });
        for (const oldest of [...choices.keys()].slice(0, -MAX_CHOICES)) choices.delete(oldest);
        return { token, path };
      } finally {
        asking = false;
      }
    },
    holds: (token, kind) => find(token, kind) !== null,
    take(token, kind) {
      const choice = find(token, kind);
      if (choice === null) throw new HostError('PLACE_NOT_CHOSEN', `no folder was chosen for this (${kind})`, { kind });
      choices.delete(token);
      return choice.path;
    },
  };
}
