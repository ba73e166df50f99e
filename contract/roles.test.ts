/**
 * What each role may call: a list that must be decided on for every new procedure, and that is checked against the
 * server itself.
 */
import { isContractProcedure } from '@orpc/contract';
import { type AnyRouter, implement } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { CALLERS, type Caller, type ProcedureMeta, ROLES } from './acts.ts';
import { hostContract } from './host-contract.ts';
import { nodeContract } from './node-contract.ts';
import { createHostClient, createNodeClient } from './rpc-client.ts';
import { errorOf } from './rpc-errors.ts';
import { portPair } from './rpc-port.ts';
import { createRpcServer } from './rpc-server.ts';

const READ = [
  'host.fleet.rows',
  'host.networks.list',
  'node.checks.last',
  'node.gpus.energy',
  'node.gpus.history',
  'node.metrics.read',
  'node.models.watch',
  'node.money.earnings',
  'node.money.entries',
  'node.money.stake',
  'node.money.summary',
  'node.money.withdrawals',
  'node.node.last',
  'node.node.watch',
  'node.storage.view',
  'node.tasks.page',
  'node.tasks.watch',
  'node.trust.cases',
  'node.trust.noTasks',
  'node.trust.protection',
  'node.trust.qos',
];
const OPERATE = ['host.fleet.order', 'node.node.pause', 'node.node.resume'];

type Path = readonly string[];

function pathsOf(tree: object, at: Path = []): [Path, ProcedureMeta][] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]): [Path, ProcedureMeta][] => {
    const here = [...at, name];
    if (isContractProcedure(value)) return [[here, value['~orpc'].meta as ProcedureMeta]];
    return typeof value === 'object' && value !== null ? pathsOf(value, here) : [];
  });
}

/** The whole contract; every procedure reports when it is reached. */
function reachable(contract: typeof hostContract | typeof nodeContract): AnyRouter {
  const build = (tree: object, implementer: Record<string, unknown>): AnyRouter =>
    Object.fromEntries(
      Object.entries(tree).map(([name, value]: [string, object]) => {
        const here = implementer[name] as Record<string, unknown> & { handler: (act: () => never) => AnyRouter };
        if (!isContractProcedure(value)) return [name, build(value, here)];
        const reached = () => {
          throw Object.assign(new Error('reached'), { code: 'REACHED' });
        };
        return [name, here.handler(reached)];
      }),
    );
  return build(contract, implement(contract as typeof hostContract) as unknown as Record<string, unknown>);
}

async function codeOf(contract: 'host' | 'node', path: Path, caller: Caller): Promise<string> {
  const [near, far] = portPair();
  const guarded = async () => {};
  createRpcServer(reachable(contract === 'host' ? hostContract : nodeContract), () => {}, guarded).serve(far, caller);
  const client = contract === 'host' ? createHostClient(near) : createNodeClient(near);
  const call = path.reduce((at: unknown, name) => (at as Record<string, unknown>)[name], client);
  try {
    await (call as (input: object) => Promise<unknown>)({});
    return 'done';
  } catch (error) {
    return errorOf(error).code;
  } finally {
    near.close();
  }
}

describe('the roles', () => {
  const all = [
    ...pathsOf(hostContract).map(([path, meta]) => ({ contract: 'host' as const, path, meta })),
    ...pathsOf(nodeContract).map(([path, meta]) => ({ contract: 'node' as const, path, meta })),
  ].map((one) => ({ ...one, name: [one.contract, ...one.path].join('.') }));

  it('are assigned to every procedure that one of them may call, and to no other', () => {
    const named = (access: string) => all.filter(({ meta }) => meta.access === access).map(({ name }) => name);
    expect(named('read').toSorted()).toEqual(READ);
    expect(named('operate').toSorted()).toEqual(OPERATE);
    expect(all.length).toBeGreaterThan(READ.length);
    // No keys, programs, settings or places; and of money only what the node's own guard allows without asking.
    const acts = all.filter(({ meta }) => meta.act !== undefined && meta.access !== undefined);
    expect(acts.map(({ name }) => name)).toEqual(['node.node.resume']);
  });

  it.each(ROLES)('the server restricts %s to its list, procedure by procedure', async (role) => {
    const allowed = new Set(role === 'read' ? READ : [...READ, ...OPERATE]);
    for (const { contract, path, name } of all) {
      const code = await codeOf(contract, path, role);
      expect([name, code === 'ACCESS_DENIED']).toEqual([name, !allowed.has(name)]);
    }
  });

  it('do not restrict the program itself and its pages', async () => {
    for (const caller of CALLERS.filter((one) => one === 'own' || one === 'page')) {
      for (const { contract, path, name } of all) {
        expect([name, await codeOf(contract, path, caller)]).not.toEqual([name, 'ACCESS_DENIED']);
      }
    }
  });
});
