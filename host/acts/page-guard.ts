/**
 * What a page may have done, looked at before it is done. A page names no program: the engine of a profile is one that this
 * program has found by itself, or that a profile has already. A key leaves, or goes out of use, by the word of a person
 * alone, who is asked by a way that no page can take.
 */
import type { z } from 'zod';
import type { ActQuestion } from '../../contract/act-questions.ts';
import { ContractError } from '../../contract/errors.ts';
import type { exportConfirmSchema } from '../../contract/keys.ts';
import type { EngineConfig, NetworkPreset } from '../../contract/node-config.ts';
import type { ProfileDraft } from '../../contract/profiles.ts';
import type { ActCall, ActGuard } from '../../contract/rpc-server.ts';
import { canonicalJson } from '../../protocol/signing/canonical-json.ts';
import type { EngineDirectory } from '../app/engines.ts';
import type { ProfileStore } from '../profiles/profiles.ts';
import type { ActDesk } from './act-desk.ts';

export interface PageGuardOptions {
  readonly engines: Pick<EngineDirectory, 'list'>;
  readonly profiles: Pick<ProfileStore, 'list'>;
  readonly ask: ActDesk['ask'];
}

/** By the path in the contract: one for each act of the host, which a test holds it to. */
export const PAGE_RULES: Readonly<Record<string, (call: ActCall, options: PageGuardOptions) => Promise<void>>> = {
  'profiles.create': ({ input }, options) => knownEngine((input as { draft: ProfileDraft }).draft.engine, options),
  'profiles.update': ({ input }, options) => knownEngine((input as { draft: ProfileDraft }).draft.engine, options),
  // An engine that is not named is our own.
  'profiles.createOnDevnet': async ({ input }, options) => {
    const { engine } = input as { engine?: EngineConfig };
    if (engine !== undefined) await knownEngine(engine, options);
  },
  // A key that a node of it gets signs for whatever this relay says.
  'networks.add': ({ input }, { ask }) => {
    const { title, relayUrl, chain } = (input as { preset: NetworkPreset }).preset;
    const facts = { title, relayUrl, rpcUrls: chain?.rpcUrls.join(', ') ?? null, chainId: chain?.chainId ?? null };
    return confirmed({ name: 'addNetwork', address: null, facts }, ask);
  },
  'keys.confirmExport': ({ input }, { ask }) =>
    confirmed({ name: 'exportKey', address: (input as z.output<typeof exportConfirmSchema>).address, facts: {} }, ask),
  'keys.archive': ({ input }, { ask }) =>
    confirmed({ name: 'archiveKey', address: (input as { address: string }).address, facts: {} }, ask),
  'acts.pending': forCommandLine,
  'acts.confirm': forCommandLine,
};

export function createPageGuard(options: PageGuardOptions): ActGuard {
  return async (call) => {
    const rule = PAGE_RULES[call.path];
    if (rule === undefined) throw new ContractError('ACT_NOT_FOR_PAGES', `${call.path} is not for a page`, { path: call.path });
    await rule(call, options);
  };
}

/** A page confirms nothing. */
function forCommandLine({ path }: ActCall): Promise<void> {
  return Promise.reject(new ContractError('ACT_NOT_FOR_PAGES', `${path} is not for a page`, { path }));
}

async function confirmed(question: ActQuestion, ask: ActDesk['ask']): Promise<void> {
  if (await ask(question)) return;
  throw new ContractError('ACT_NOT_CONFIRMED', `${question.name} was not confirmed`, {
    name: question.name,
    address: question.address,
  });
}

async function knownEngine(engine: EngineConfig, { engines, profiles }: PageGuardOptions): Promise<void> {
  // Our own program, from our own hub: a device is all that can be chosen.
  if (engine.kind === 'embedded' && engine.hubUrl === undefined) return;
  const same = (other: EngineConfig | null) => other !== null && canonicalJson(other) === canonicalJson(engine);
  if (profiles.list().some((profile) => same(profile.engine))) return;
  if ((await engines.list()).some(({ config }) => same(config))) return;
  throw new ContractError('ACT_NOT_FOR_PAGES', 'a page named an engine that is not known here', { kind: engine.kind });
}
