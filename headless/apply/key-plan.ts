/** Keys that a nodes file refers to: imports those that are missing, and unlocks them if the program keeps running. */
import { type KeyCopy, type KeyStoreKind, type KeyView, passphraseProblem } from '../../contract/keys.ts';
import { addressOfSource, keySourceOf } from '../../host/keys/imported-key.ts';
import type { Hex } from '../../protocol/hex.ts';
import { checksumAddress } from '../../protocol/signing/keys.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import { unlockWithAny } from '../cli/unattended.ts';
import type { HeldKey } from './nodes-file.ts';
import type { FieldPath } from './read-nodes-file.ts';
import { tryOrRefuse } from './secret-reader.ts';
import type { PlanOptions, Refuse, Step } from './step.ts';

/** A node's key as far as it is known; `made` = created along with the node. */
export type PlannedKey = { readonly kind: 'known'; readonly address: Hex } | { readonly kind: 'made' };

/** Where keys are stored, and the passphrases to try. */
interface KeyPlace {
  readonly to: { readonly store: KeyStoreKind; readonly passphrase: string | null };
  readonly candidates: readonly string[];
  /** Why no key can be stored there; null = it can. */
  readonly problem: string | null;
}

export interface KeyPlan {
  readonly steps: readonly Step[];
  /** In file order; null = refused. */
  readonly nodeKeys: readonly (PlannedKey | null)[];
  /** Where new keys are stored. */
  readonly newKey: KeyPlace;
}

export async function planKeys(options: PlanOptions, refuse: Refuse): Promise<KeyPlan> {
  const { content } = options.file;
  const planning = new KeyPlanning({
    options,
    refuse,
    keys: (await options.host.keys.list({})).keys,
    own: await ownPassphrase(options, refuse),
  });
  for (const [at, key] of content.keys.entries()) await planning.planHeldKey(key, ['keys', at]);
  const nodeKeys: (PlannedKey | null)[] = [];
  for (const [at, { key }] of content.nodes.entries()) {
    const { address, create, ...source } = key;
    const field = ['nodes', at, 'key'];
    if (create !== undefined) nodeKeys.push({ kind: 'made' });
    else nodeKeys.push(address === undefined ? await planning.planHeldKey(source, field) : planning.adopt(address, null, field));
  }
  return { steps: planning.steps, nodeKeys, newKey: planning.place(null) };
}

async function ownPassphrase({ file, reader }: PlanOptions, refuse: Refuse): Promise<string | null> {
  const { passphrase } = file.content;
  return passphrase === undefined ? null : tryOrRefuse(() => reader.line(passphrase), { field: ['passphrase'], refuse });
}

interface KeyPlanningParts {
  readonly options: PlanOptions;
  readonly refuse: Refuse;
  readonly keys: readonly KeyView[];
  /** The passphrase that the file refers to. */
  readonly own: string | null;
}

class KeyPlanning {
  readonly steps: Step[] = [];
  readonly #parts: KeyPlanningParts;
  readonly #seen: Hex[] = [];

  constructor(parts: KeyPlanningParts) {
    this.#parts = parts;
  }

  place(address: Hex | null): KeyPlace {
    const { options, own } = this.#parts;
    const { store } = options.file.content;
    const candidates = [...(own === null ? [] : [own]), ...options.passphrases.for(address)];
    const passphrase = store === 'keystore' ? (candidates[0] ?? null) : null;
    return { to: { store, passphrase }, candidates, problem: store === 'keystore' ? problemOf(passphrase) : null };
  }

  /** A key that is read from a source. */
  async planHeldKey({ passphrase, ...source }: HeldKey, field: FieldPath): Promise<PlannedKey | null> {
    const { options, refuse } = this.#parts;
    const words =
      passphrase === undefined
        ? (this.place(null).candidates[0] ?? '')
        : await tryOrRefuse(() => options.reader.line(passphrase), { field: [...field, 'passphrase'], refuse });
    const text = await tryOrRefuse(() => options.reader.text(source), { field, refuse });
    if (text === null || words === null) return null;
    const order = keySourceOf(text, words);
    const address = await tryOrRefuse(() => addressOfSource(order), { field, refuse });
    return address === null ? null : this.adopt(address, order, field);
  }

  /** @param source null = the key must be stored already or be listed under `keys` */
  adopt(given: Hex, source: KeyCopy | null, field: FieldPath): PlannedKey | null {
    const { keys, refuse } = this.#parts;
    const address = checksumAddress(given);
    const known = keys.find((one) => sameAddress(one.address, address));
    if (this.#seen.some((one) => sameAddress(one, address))) return { kind: 'known', address };
    if (known?.archived === true) refuse(field, `the key of ${address} is archived`);
    else if (known !== undefined) this.#open(known);
    else if (source === null) refuse(field, `there is no key for ${address}`);
    else this.#take(address, source, field);
    const isUsable = known === undefined ? source !== null : !known.archived;
    if (!isUsable) return null;
    this.#seen.push(address);
    return { kind: 'known', address };
  }

  #take(address: Hex, source: KeyCopy, field: FieldPath): void {
    const { options, refuse } = this.#parts;
    const { to, problem } = this.place(address);
    if (problem !== null) refuse(field, problem);
    this.steps.push({
      ...{ what: 'key', act: 'add', name: address },
      changes: [{ field: 'kept in', from: null, to: to.store }],
      perform: async () => void (await options.host.keys.import({ ...source, ...to })),
    });
  }

  #open({ address, unlocked }: KeyView): void {
    const { host, program } = this.#parts.options;
    const { candidates } = this.place(address as Hex);
    if (unlocked || program === null || candidates.length === 0) return;
    this.steps.push({
      ...{ what: 'key', act: 'unlock', name: address, changes: [] },
      perform: () => unlockWithAny(address as Hex, candidates, host.keys),
    });
  }
}

function problemOf(passphrase: string | null): string | null {
  if (passphrase === null) {
    return 'the keystore needs a passphrase: `passphrase` in the file, --passphrase-fd, or the credential crynux-passphrase';
  }
  return passphraseProblem(passphrase) === null
    ? null
    : 'the passphrase is too short or too simple: at least eight characters, and not a common word';
}
