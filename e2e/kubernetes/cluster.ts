/**
 * The control plane on loopback: the programs etcd, kube-apiserver, kube-controller-manager and kube-scheduler. They
 * listen nowhere else, and write only to one folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../protocol/ports.ts';
import { type Api, connectApi } from './api.ts';

export const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/** After this time, a silent machine counts as lost. */
const MACHINE_LOST_AFTER_S = 20;

export interface Cluster {
  readonly url: string;
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  readonly api: Api;
  /** An administrator's; read by helm. */
  readonly kubeconfig: string;
  /** A machine's kubelet, with no more rights than a real one. */
  kubeletApi(machine: string): Api;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** Folder of the programs. */
  readonly bin: string;
  readonly folder: string;
  readonly machines: readonly string[];
  readonly clock: Clock;
}

/** @throws Error with the last output of the program that did not start; nothing is left running in that case. */
export async function startCluster({ bin, folder, machines, clock }: ClusterOptions): Promise<Cluster> {
  const at = (...parts: string[]) => path.join(folder, ...parts);
  mkdirSync(at('logs'), { recursive: true, mode: 0o700 });
  const children: { readonly name: string; readonly child: ChildProcess }[] = [];
  const apis: Api[] = [];

  function start(name: (typeof CONTROL_PLANE)[number], args: readonly string[]): void {
    const log = openSync(at('logs', `${name}.log`), 'a');
    const child = spawn(path.join(bin, name), args, { stdio: ['ignore', log, log], cwd: folder });
    closeSync(log);
    children.push({ name, child });
  }

  async function stop(): Promise<void> {
    await Promise.all(apis.map((api) => api.close()));
    // The API server before its store.
    for (const { child } of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await Promise.race([ended, clock.sleep(10_000)]);
      child.kill('SIGKILL');
    }
  }

  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      const ended = children.find(({ child }) => child.exitCode !== null);
      if (ended !== undefined) throw new Error(`${ended.name} has ended: ${lastLines(at('logs', `${ended.name}.log`))}`);
      if (await holds()) return;
      await clock.sleep(200);
    }
    throw new Error(`${what} has not come up within two minutes; its log is in ${at('logs')}`);
  }

  try {
    const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
    const tokens = { admin: token(), controllers: token(), scheduler: token() };
    const kubelets = new Map(machines.map((machine) => [machine, token()]));
    writeFileSync(
      at('tokens.csv'),
      [
        `${tokens.admin},admin,admin,"system:masters"`,
        `${tokens.controllers},system:kube-controller-manager,controllers`,
        `${tokens.scheduler},system:kube-scheduler,scheduler`,
        ...machines.map((machine) => `${kubelets.get(machine)},system:node:${machine},${machine},"system:nodes"`),
      ].join('\n'),
      { mode: 0o600 },
    );
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(at('accounts.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    writeFileSync(at('accounts.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    const etcdUrl = `http://127.0.0.1:${client}`;
    start('etcd', [
      ...['--data-dir', at('etcd'), '--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
      ...['--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
      // Nothing here has to survive a power failure.
      ...['--initial-cluster', `default=http://127.0.0.1:${peer}`, '--unsafe-no-fsync', '--log-level', 'warn'],
    ]);
    start('kube-apiserver', [
      ...['--etcd-servers', etcdUrl, '--bind-address', '127.0.0.1', '--advertise-address', '127.0.0.1'],
      ...['--secure-port', String(port), '--cert-dir', at('certificates'), '--token-auth-file', at('tokens.csv')],
      ...['--authorization-mode', 'Node,RBAC', '--enable-admission-plugins', 'NodeRestriction', '--anonymous-auth=false'],
      ...['--service-account-key-file', at('accounts.pub'), '--service-account-signing-key-file', at('accounts.key')],
      ...['--service-account-issuer', 'https://kubernetes.default.svc', '--service-cluster-ip-range', '10.96.0.0/16'],
      // There is no pod network to which a service could lead.
      ...['--endpoint-reconciler-type', 'none'],
    ]);
    const certificate = at('certificates', 'apiserver.crt');
    const url = `https://127.0.0.1:${port}`;
    await until('kube-apiserver', () => existsSync(certificate));
    const ca = readFileSync(certificate, 'utf8');
    const connect = (as: string) => {
      const api = connectApi({ url, ca, token: as });
      apis.push(api);
      return api;
    };
    const config = (name: string, as: string) => {
      writeFileSync(at(`${name}.kubeconfig`), JSON.stringify(kubeconfig({ url, certificate, token: as })), { mode: 0o600 });
      return at(`${name}.kubeconfig`);
    };
    const api = connect(tokens.admin);
    const service = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
    // Ready once its own first objects exist.
    await until('kube-apiserver', () =>
      api.get('/api/v1/namespaces/default', service).then(
        () => true,
        () => false,
      ),
    );
    const unheard = ['--bind-address', '127.0.0.1', '--secure-port', '0', '--leader-elect=false'];
    start('kube-controller-manager', [
      ...['--kubeconfig', config('controllers', tokens.controllers), ...unheard, '--root-ca-file', certificate],
      ...['--service-account-private-key-file', at('accounts.key'), '--use-service-account-credentials'],
      ...['--node-monitor-grace-period', `${MACHINE_LOST_AFTER_S}s`],
    ]);
    start('kube-scheduler', ['--kubeconfig', config('scheduler', tokens.scheduler), ...unheard]);
    return {
      ...{ url, port, ca, api, stop },
      kubeconfig: config('admin', tokens.admin),
      kubeletApi: (machine) => connect(kubelets.get(machine) ?? ''),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function kubeconfig(to: { readonly url: string; readonly certificate: string; readonly token: string }): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'loopback', cluster: { server: to.url, 'certificate-authority': to.certificate } }],
    users: [{ name: 'user', user: { token: to.token } }],
    contexts: [{ name: 'loopback', context: { cluster: 'loopback', user: 'user' } }],
    'current-context': 'loopback',
  };
}

const token = () => randomBytes(24).toString('hex');

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-5).join('\n');
}
