/** The host's contract, ready for its handlers. */
import { implement } from '@orpc/server';
import { hostContract } from '../../contract/host-contract.ts';
import type { CallContext } from '../../contract/rpc-server.ts';

export const hostImplementer = implement(hostContract).$context<CallContext>();
export type HostImplementer = typeof hostImplementer;
