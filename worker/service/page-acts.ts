/**
 * Checks what a page may make a node do. Any act that moves money, ends a stake or puts one at risk needs confirmation
 * by a person. The program around the node asks for it (contract/act-questions.ts), in a way that no page can fake. The
 * program's own parts and the command line have their own ways of asking.
 */
import type { NodeQuestion, NodeQuestionName } from '../../contract/act-questions.ts';
import type { Caller } from '../../contract/acts.ts';
import { ContractError } from '../../contract/errors.ts';
import type { SelfTestOrder } from '../../contract/gpu.ts';
import type { Consent } from '../../contract/money-procedures.ts';
import type { ActCall, ActGuard } from '../../contract/rpc-server.ts';
import type { ServiceParts } from './parts.ts';

/** True = a person has agreed. A page never answers this. */
export type AskHost = (question: NodeQuestion) => Promise<boolean>;

export interface NodeGuardOptions {
  readonly node: Pick<ServiceParts['node'], 'view'>;
  readonly ask: AskHost;
}

/** The procedure itself asks, between checking its confirmation and acting, with what it has just read. */
const asksItself = async (): Promise<void> => {};

/** Rules by path in the contract. A test checks that there is one for each act of a node. */
export const NODE_PAGE_RULES: Readonly<Record<string, (call: ActCall, options: NodeGuardOptions) => Promise<void>>> = {
  'money.confirmWithdrawal': asksItself,
  'money.confirmChainAct': asksItself,
  'checks.confirmAlone': (_call, options) => requireConsent('confirmAlone', options),
  'node.unstake': (_call, options) => requireConsent('unstake', options),
  'node.selfTest': async ({ input }, options) => {
    if ((input as { order: SelfTestOrder }).order === 'accept') await requireConsent('acceptSelfTest', options);
  },
  'node.resume': async (_call, options) => {
    const { state, wanted } = options.node.view();
    // Resuming after a pause risks nothing new; joining again after a slash or after leaving stakes again.
    const stakes = state === 'slashed' || state === 'kickedOut' || state === 'stopped' || wanted === 'unstaked';
    if (stakes) await requireConsent('rejoin', options);
  },
};

export function createNodeGuard(options: NodeGuardOptions): ActGuard {
  return async (call) => {
    const rule = NODE_PAGE_RULES[call.path];
    if (rule === undefined) throw new ContractError('ACT_NOT_FOR_PAGES', `${call.path} is not for a page`, { path: call.path });
    // A caller with a role's token is remote: nobody at this machine has requested the act, so nobody here is asked.
    const isRole = call.caller === 'read' || call.caller === 'operate';
    await rule(call, isRole ? { ...options, ask: async () => false } : options);
  };
}

export function consentOf(ask: AskHost): (caller: Caller) => Consent | undefined {
  const consent = createConsent(ask);
  return (caller) => (caller === 'own' ? undefined : consent);
}

function requireConsent(name: NodeQuestionName, { ask, node }: NodeGuardOptions): Promise<void> {
  const { stake } = node.view();
  return createConsent(ask)({ name, facts: stake === null ? {} : { stakedWei: stake.balanceWei } });
}

function createConsent(ask: AskHost): Consent {
  return async (question) => {
    if (await ask(question)) return;
    throw new ContractError('ACT_NOT_CONFIRMED', `${question.name} was not confirmed`, { name: question.name });
  };
}
