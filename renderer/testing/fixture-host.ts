/** A host and its nodes inside the page, derived from the contract: every answer passes the same schemas as a real one. */
import { implement } from '@orpc/server';
import { hostContract } from '../../contract/host-contract.ts';
import { nodeContract } from '../../contract/node-contract.ts';
import { SESSION_ENDED } from '../../contract/page-session.ts';
import { RECORD_PROCEDURES } from '../../contract/records.ts';
import { portPair, type RpcPort } from '../../contract/rpc-port.ts';
import { createRpcServer, type RpcServer } from '../../contract/rpc-server.ts';
import { CodedError } from '../../protocol/errors.ts';
import type { Transport } from '../rpc/transport.ts';
import { isAlive } from '../state/node-session.ts';
import { appFixture } from './fixtures/app.ts';
import { checksFixture } from './fixtures/checks.ts';
import { gpusFixture, hostGpusFixture } from './fixtures/gpus.ts';
import { keysFixture } from './fixtures/keys.ts';
import { logsFixture } from './fixtures/logs.ts';
import { modelsFixture } from './fixtures/models.ts';
import { moneyFixture } from './fixtures/money.ts';
import { networksFixture } from './fixtures/networks.ts';
import { createProfiles, nodeFixture, profilesFixture } from './fixtures/profiles.ts';
import { notifyFixture, settingsFixture } from './fixtures/settings.ts';
import { storageFixture } from './fixtures/storage.ts';
import { tasksFixture } from './fixtures/tasks.ts';
import { trustFixture } from './fixtures/trust.ts';
import type { World } from './scenario.ts';

export function fixtureTransport(world: World, language: string | null): Transport {
  const profiles = createProfiles(world);
  const host = createRpcServer(
    implement(hostContract).router({
      ...appFixture(world),
      settings: settingsFixture(language),
      notify: notifyFixture(),
      ...networksFixture(world),
      gpus: hostGpusFixture(world),
      keys: keysFixture(world),
      profiles: profilesFixture(profiles, world),
      logs: logsFixture(world),
    }),
    report,
    allow,
  );
  let isAway = false;
  // The program stays away until a test brings it back, so that the loss is seen however slow the machine is.
  Object.assign(globalThis, {
    fixtureConnection: {
      back() {
        isAway = false;
      },
    },
  });
  const goAway = (port: RpcPort) => {
    isAway = true;
    port.close();
  };
  let connections = 0;
  const nodes = new Map<string, RpcServer>();
  const nodeServer = (profileId: string) =>
    createRpcServer(
      implement(nodeContract).router({
        node: nodeFixture(profiles, profileId),
        storage: storageFixture(world),
        tasks: tasksFixture(world),
        money: moneyFixture(world),
        trust: trustFixture(world),
        gpus: gpusFixture(world),
        models: modelsFixture(world),
        metrics: {
          read: implement(nodeContract).metrics.read.handler(() =>
            Promise.reject(new CodedError('NODE_UNSUPPORTED', 'a window asks for no figures')),
          ),
        },
        checks: checksFixture(world),
      }),
      report,
      allow,
      (path) => {
        if (isAlive(profiles.get(profileId).worker) || RECORD_PROCEDURES.has(path)) return;
        throw new CodedError('NODE_NOT_RUNNING', `${path} needs the running node`);
      },
    );
  return {
    logOut: async () => {},
    host: async () => {
      if (world.scenario === 'session-ended') throw new CodedError(SESSION_ENDED, 'this page has no session');
      if (isAway) throw new CodedError('RPC_DISCONNECTED', 'the program does not answer');
      const port = served(host);
      if (world.scenario === 'host-lost' && connections++ === 0) setTimeout(() => goAway(port), 1_000);
      return port;
    },
    node: async (profileId) => {
      if (world.scenario === 'errors') throw new CodedError('RPC_DISCONNECTED', 'the node does not answer');
      const server = nodes.get(profileId) ?? nodeServer(profileId);
      nodes.set(profileId, server);
      return served(server);
    },
  };
}

/** Sample data needs no person's confirmation. */
const allow = async () => {};

function served(server: RpcServer): RpcPort {
  const [near, far] = portPair();
  server.serve(far);
  return near;
}

/** A bug in a fixture; the page's tests fail on it. */
function report(error: unknown): void {
  reportError(error);
}
