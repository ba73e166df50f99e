/**
 * The devnet in a browser: a page on loopback, protected by a token in its path, that shows participants and tasks
 * live.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PROGRAMS } from '../platform/programs.ts';
import type { Hex } from '../protocol/hex.ts';
import { formatCnx } from '../protocol/money/wei.ts';
import { isTerminal } from '../protocol/tasks/status.ts';
import type { NetworkTask, NetworkView } from './network-view.ts';
import { shortHex } from './network-view.ts';

const SHOWN_TASKS = 200;

export interface Participant {
  readonly name: string;
  readonly address: Hex;
}

export interface ExplorerSource {
  readonly view: NetworkView;
  readonly participants: () => readonly Participant[];
  readonly titles: ReadonlyMap<string, string>;
}

const formatAmount = (wei: bigint) => formatCnx(wei, { maxDecimals: 4 });

function taskKind(task: NetworkTask): 'good' | 'bad' | 'wait' {
  if (!isTerminal(task.status)) return 'wait';
  return task.status === 'EndAborted' || task.status === 'EndInvalidated' ? 'bad' : 'good';
}

/** The page's data, as JSON. */
function explorerState({ view, participants, titles }: ExplorerSource): object {
  const nodes = new Map(view.nodes().map((node) => [node.address.toLowerCase(), node]));
  const participantList = participants();
  const names = new Map(participantList.map(({ name, address }) => [address.toLowerCase(), name]));
  const tasks = view.tasks();
  return {
    summary: `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'} · ${tasks.filter((task) => !isTerminal(task.status)).length} open · ${
      view.isBalanced() ? 'every wei accounted for' : 'THE BOOKS DO NOT BALANCE'
    }`,
    accounts: participantList.map(({ name, address }) => {
      const node = nodes.get(address.toLowerCase());
      const stake = view.stakeWei(address);
      const balance = view.balanceWei(address);
      return {
        name,
        address,
        addressShort: shortHex(address),
        status: node?.status ?? '–',
        kind: node === undefined ? '' : node.status === 'Quit' ? 'bad' : node.status === 'Busy' ? 'wait' : 'good',
        currentTask: node?.currentTask == null ? '' : shortHex(node.currentTask),
        health: node === undefined ? '' : node.health.toFixed(2),
        stake: formatAmount(stake),
        stakeWei: `${stake} wei`,
        balance: formatAmount(balance),
        balanceWei: `${balance} wei`,
      };
    }),
    tasks: tasks
      .slice(-SHOWN_TASKS)
      .reverse()
      .map((task) => ({
        commitment: task.commitment,
        commitmentShort: shortHex(task.commitment),
        title: titles.get(task.commitment) ?? '',
        node: task.selectedNode === null ? '' : (names.get(task.selectedNode.toLowerCase()) ?? shortHex(task.selectedNode)),
        state: task.status + (task.abortReason === 'None' ? '' : ` (${task.abortReason})`),
        kind: taskKind(task),
        score: task.score,
        scoreShort: shortHex(task.score),
        fee: formatAmount(task.feeWei),
        feeWei: `${task.feeWei} wei`,
      })),
  };
}

export interface Explorer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startExplorer(source: ExplorerSource): Promise<Explorer> {
  const page = await readFile(PROGRAMS.explorerPage, 'utf8');
  const base = `/${randomBytes(16).toString('hex')}/`;
  const server = createServer((request, response) => {
    // A page of another site must not read this through a name that resolves to loopback.
    const { port } = server.address() as AddressInfo;
    if (request.headers.host !== `127.0.0.1:${port}`) return void response.writeHead(403).end();
    if (request.method !== 'GET') return void response.writeHead(405).end();
    if (request.url === `${base}state.json`) {
      return void response
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(explorerState(source)));
    }
    if (request.url !== base) return void response.writeHead(404).end();
    const nonce = randomBytes(16).toString('base64');
    const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'`;
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
      .end(page.replace('@@NONCE@@', nonce));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
