/** Connects a command to the program or to one of its nodes. */
import path from 'node:path';
import type { ProfileView } from '../../contract/profiles.ts';
import { createNodeClient, type HostClient, type NodeClient } from '../../contract/rpc-client.ts';
import type { HostApp } from '../../host/app/host-app.ts';
import { HeadlessError, type HeadlessErrorCode } from '../errors.ts';
import type { RunningProgram } from '../rpc/running-program.ts';

const FEATURES = { notifications: false, startAtLogin: false, tray: false, updates: false, folders: false };

/** The network client is loaded only by commands that ask a program: `--help` needs none of it. */
async function connect(dataDir: string): Promise<RunningProgram> {
  const { connectProgram } = await import('../rpc/running-program.ts');
  return connectProgram(dataDir);
}

/** Asks the running program. @throws HeadlessError HEADLESS_NOT_RUNNING */
export async function withProgram<Answer>(data: string, act: (program: RunningProgram) => Promise<Answer>): Promise<Answer> {
  const program = await connect(path.resolve(data));
  try {
    return await act(program);
  } finally {
    program.close();
  }
}

/** Asks the running program, or opens its files briefly if none is running. */
export function withHost<Answer>(
  data: string,
  act: (host: HostClient, program: RunningProgram | null) => Promise<Answer>,
): Promise<Answer> {
  return withEither(path.resolve(data), {
    running: (program) => act(program.host, program),
    own: ({ client }) => act(client, null),
  });
}

/** Like {@link withHost}, with access to the nodes too: their processes or their records. */
export function withHostAndNodes<Answer>(
  data: string,
  act: (asked: {
    readonly host: HostClient;
    /** Null = neither a process nor records exist. */
    readonly nodeOf: (profileId: string) => Promise<NodeClient | null>;
    /** A program is running and was asked. */
    readonly runs: boolean;
  }) => Promise<Answer>,
): Promise<Answer> {
  return withEither(path.resolve(data), {
    running: ({ host, node }) => act({ host, runs: true, nodeOf: (id) => node(id).catch(nullOn('HEADLESS_NO_NODE')) }),
    own: (app) => act({ host: app.client, runs: false, nodeOf: async (id) => recordsOf(app, id) }),
  });
}

/** A node's process, or its records if it is not running; null = neither. */
export function recordsOf(app: HostApp, profileId: string): NodeClient | null {
  const port = app.nodePort(profileId, 'own');
  return port === null ? null : createNodeClient(port);
}

async function withEither<Answer>(
  dataDir: string,
  ways: { readonly running: (program: RunningProgram) => Promise<Answer>; readonly own: (app: HostApp) => Promise<Answer> },
): Promise<Answer> {
  const program = await connect(dataDir).catch(nullOn('HEADLESS_NOT_RUNNING'));
  if (program === null) return withOwnHost(dataDir, ways.own);
  try {
    return await ways.running(program);
  } finally {
    program.close();
  }
}

function nullOn(code: HeadlessErrorCode): (error: unknown) => null {
  return (error) => {
    if (error instanceof HeadlessError && error.code === code) return null;
    throw error;
  };
}

/** Loads the host only if no program is running. */
async function withOwnHost<Answer>(dataDir: string, act: (app: HostApp) => Promise<Answer>): Promise<Answer> {
  const [{ openHostApp }, { createLog }] = await Promise.all([
    import('../../host/app/host-app.ts'),
    import('../../worker/log.ts'),
  ]);
  const log = createLog({ level: 'warn', secrets: [] });
  const app = await openHostApp({ dataDir, shell: 'headless', features: FEATURES, role: 'command', log });
  try {
    return await act(app);
  } finally {
    await app.close();
  }
}

export interface ConnectedNode {
  readonly host: HostClient;
  readonly node: NodeClient;
  readonly view: ProfileView;
}

/** Asks one node. @throws HeadlessError HEADLESS_NOT_RUNNING, HEADLESS_WHICH_NODE, HEADLESS_NO_NODE */
export function withNode<Answer>(
  { data, node }: { readonly data: string; readonly node?: string | undefined },
  act: (asked: ConnectedNode) => Promise<Answer>,
): Promise<Answer> {
  return withProgram(data, async (program) => {
    const view = chooseProfile(await profilesOf(program.host), node);
    return act({ host: program.host, node: await program.node(view.profile.id), view });
  });
}

/** Finds a node by id or name; without a name, the only one. @throws HeadlessError HEADLESS_WHICH_NODE */
export function chooseProfile(views: readonly ProfileView[], name: string | undefined): ProfileView {
  const found = name === undefined ? views : views.filter(({ profile }) => profile.id === name || profile.name === name);
  const [view, second] = found;
  if (view !== undefined && second === undefined) return view;
  const ids = views.map(({ profile }) => profile.id);
  const what = name === undefined ? `there are ${views.length} nodes` : `${found.length} nodes are called ${name}`;
  throw new HeadlessError('HEADLESS_WHICH_NODE', `${what}: ${ids.join(', ') || 'none has been created'}`, { nodes: ids });
}

export async function profilesOf(host: HostClient): Promise<readonly ProfileView[]> {
  const ending = new AbortController();
  try {
    for await (const update of await host.profiles.watch({}, { signal: ending.signal })) {
      if (update.kind === 'snapshot') return update.profiles;
    }
    return [];
  } finally {
    ending.abort();
  }
}

/** The first update of a subscription. @throws HeadlessError HEADLESS_NOT_RUNNING */
export async function firstOf<Value>(
  watch: (input: Record<string, never>, options: { signal: AbortSignal }) => Promise<AsyncIterable<Value>>,
): Promise<Value> {
  const ending = new AbortController();
  try {
    for await (const value of await watch({}, { signal: ending.signal })) return value;
    throw new HeadlessError('HEADLESS_NOT_RUNNING', 'the program ended');
  } finally {
    ending.abort();
  }
}
