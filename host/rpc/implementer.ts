/** The host's contract, ready to be given its handlers. */
import { implement } from '@orpc/server';
import { hostContract } from '../../contract/host-contract.ts';

export const hostImplementer = implement(hostContract);
export type HostImplementer = typeof hostImplementer;
