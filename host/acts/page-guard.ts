/**
 * What a page may have done, looked at before it is done. A page names no program: the engine of a profile is one that this
 * program has found by itself, or that a profile has already. A key leaves, or goes out of use, by the word of a person
 * alone, who is asked by a way that no page can take.
 */
import type { z } from 'zod';
import { ContractError } from '../../contract/errors.ts';
import type { exportConfirmSchema } from '../../contract/keys.ts';
import type { EngineConfig } from '../../contract/node-config.ts';
import type { ProfileDraft } from '../../contract/profiles.ts';
import type { ActCall, ActGuard } from '../../contract/rpc-server.ts';
import { canonicalJson } from '../../protocol/signing/canonical-json.ts';
import type { EngineDirectory } from '../app/engines.ts';
import type { ProfileStore } from '../profiles/profiles.ts';

/** What a person is asked to confirm, by the program's own facts. */
export interface ActQuestion {
  readonly name: 'exportKey' | 'archiveKey';
  readonly address: string;
}

/** True = a person has said yes. Never by a page. */
export type AskPerson = (question: ActQuestion) => Promise<boolean>;

export interface PageGuardOptions {
  readonly engines: Pick<EngineDirectory, 'list'>;
  readonly profiles: Pick<ProfileStore, 'list'>;
  readonly ask: AskPerson;
}

/** By the path in the contract: one for each act of the host, which a test holds it to. */
export const PAGE_RULES: Readonly<Record<string, (call: ActCall, options: PageGuardOptions) => Promise<void>>> = {
  'profiles.create': ({ input }, options) => knownEngine((input as { draft: ProfileDraft }).draft.engine, options),
  'profiles.update': ({ input }, options) => knownEngine((input as { draft: ProfileDraft }).draft.engine, options),
  'keys.confirmExport': ({ input }, { ask }) =>
    confirmed({ name: 'exportKey', address: (input as z.output<typeof exportConfirmSchema>).address }, ask),
  'keys.archive': ({ input }, { ask }) => confirmed({ name: 'archiveKey', address: (input as { address: string }).address }, ask),
};

export function createPageGuard(options: PageGuardOptions): ActGuard {
  return async (call) => {
    const rule = PAGE_RULES[call.path];
    if (rule === undefined) throw new ContractError('ACT_NOT_FOR_PAGES', `${call.path} is not for a page`, { path: call.path });
    await rule(call, options);
  };
}

async function confirmed(question: ActQuestion, ask: AskPerson): Promise<void> {
  if (await ask(question)) return;
  throw new ContractError('ACT_NOT_CONFIRMED', `${question.name} of ${question.address} was not confirmed`, { ...question });
}

async function knownEngine(engine: EngineConfig, { engines, profiles }: PageGuardOptions): Promise<void> {
  // Our own program, from our own hub: a device is all that can be chosen.
  if (engine.kind === 'embedded' && engine.hubUrl === undefined) return;
  const same = (other: EngineConfig | null) => other !== null && canonicalJson(other) === canonicalJson(engine);
  if (profiles.list().some((profile) => same(profile.engine))) return;
  if ((await engines.list()).some(({ config }) => same(config))) return;
  throw new ContractError('ACT_NOT_FOR_PAGES', 'a page named an engine that is not known here', { kind: engine.kind });
}
