/** What SECURITY.md says about the window, one test per property, on the running program. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { CDPSession } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '../contract/content-security.ts';
import { CONNECT_CHANNEL, PORT_CHANNEL } from '../contract/message-port.ts';
import type { HostClient } from '../contract/rpc-client.ts';
import { errorOf } from '../contract/rpc-errors.ts';
import { systemRandom } from '../devnet/system.ts';
import { PAGE_URL } from '../electron/page.ts';
import { bytesToHex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import type { Stranger } from './electron-double/control.ts';
import { ELECTRON, launchShell, START_WITHIN_MS } from './support/launch-shell.ts';
import { pageClients } from './support/page-client.ts';
import type { RunningShell } from './support/running-shell.ts';

/** PERMISSION_DENIED of the web's GeolocationPositionError. */
const GEOLOCATION_DENIED = 1;

let shell: RunningShell;
/** Stands for the whole outside world. */
let outside: Server;
let outsideUrl: string;
let visits: string[] = [];

beforeAll(async () => {
  outside = createServer((request, response) => {
    visits.push(`${request.method} ${request.url}`);
    response.setHeader('access-control-allow-origin', '*').end('outside');
  });
  outside.on('upgrade', (request, socket) => {
    visits.push(`upgrade ${request.url}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  shell = await launchShell();
  await shell.page.getByRole('navigation', { name: 'Screens' }).waitFor();
}, START_WITHIN_MS);

afterAll(async () => {
  await shell?.close();
  outside.close();
});

/** Runs in the page, outside the debugger's own call, which may do what the page may not. */
function inPage<Result>(body: string): Promise<Result> {
  return shell.page.evaluate(
    `new Promise((resolve, reject) => setTimeout(() => { (async () => { ${body} })().then(resolve, reject); }, 0))`,
  );
}

/** The directive that refused what the body tries; null = none did. */
function refusedBy(body: string): Promise<string | null> {
  return inPage(`
    const refused = new Promise((resolve) =>
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true }));
    const patience = new Promise((resolve) => setTimeout(() => resolve(null), 3000));
    ${body}
    return Promise.race([refused, patience]);`);
}

/** Its name depends on the version of Chromium; Electron has none. */
async function guardOfThisMachine(cdp: CDPSession, setting: 'granted' | 'denied'): Promise<void> {
  for (const name of ['loopback-network', 'local-network-access'])
    await cdp.send('Browser.setPermission', { permission: { name }, setting }).catch(() => {});
}

const mainUrl = async () => (await shell.state()).windows.map(({ url }) => url.split('#')[0]);
const refusals = (code: string) => shell.output().split(code).length - 1;

describe('the window', () => {
  it('is created locked down', async () => {
    const { windows } = await shell.state();
    expect(windows.map(({ webPreferences }) => webPreferences)).toEqual([
      expect.objectContaining({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        navigateOnDragDrop: false,
      }),
    ]);
  });

  it('is drawn without the GPU, in a sandbox', async () => {
    expect((await shell.state()).switches).toEqual(
      expect.arrayContaining(['no-hardware-acceleration', ...(ELECTRON === null ? ['sandbox'] : [])]),
    );
  });

  it('gives its page nothing but the bridge', async () => {
    // An empty frame of the same origin has all the browser's own globals, and no preload script.
    const added = await shell.page.evaluate<string[]>(`(() => {
      const frame = document.body.appendChild(document.createElement('iframe'));
      const plain = new Set(Object.getOwnPropertyNames(frame.contentWindow));
      frame.remove();
      return Object.getOwnPropertyNames(globalThis).filter((name) => !plain.has(name));
    })()`);
    // Marks left by the page's own libraries.
    expect(added.filter((name) => !/^__(zod_|reactRouter)/.test(name))).toEqual(['crynux']);
    expect(await shell.page.evaluate("Object.keys(crynux).map((name) => name + ': ' + typeof crynux[name])")).toEqual([
      'shell: string',
      'connect: function',
    ]);
    expect(
      await shell.page.evaluate(
        "['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer'].filter((name) => name in globalThis)",
      ),
    ).toEqual([]);
  });
});

describe('the policy of the page', () => {
  it('is sent with it', async () => {
    const response = await shell.page.reload();
    expect(response?.headers()['content-security-policy']).toBe(CONTENT_SECURITY_POLICY);
  });

  it('refuses an inline script', async () => {
    const body = `const script = document.createElement('script');
      script.textContent = 'globalThis.intruder = true';
      document.body.append(script);`;
    expect(await refusedBy(body)).toBe('script-src-elem');
    expect(await shell.page.evaluate("'intruder' in globalThis")).toBe(false);
  });

  it('refuses code made from text', async () => {
    const attempts = ["eval('1')", "new Function('return 1')()"];
    for (const attempt of attempts) {
      const result = await inPage(`try { ${attempt}; return 'ran'; } catch (error) { return error.name; }`);
      expect([attempt, result]).toEqual([attempt, 'EvalError']);
    }
  });

  it.each([
    ['a script', 'script-src-elem', "const e = document.createElement('script'); e.src = URL; document.body.append(e);"],
    ['an image', 'img-src', 'new Image().src = URL;'],
    [
      'a style',
      'style-src-elem',
      "const e = document.createElement('link'); e.rel = 'stylesheet'; e.href = URL; document.head.append(e);",
    ],
    ['a frame', 'frame-src', "const e = document.createElement('iframe'); e.src = URL; document.body.append(e);"],
    ['a request', 'connect-src', 'fetch(URL).catch(() => {});'],
    ['a socket', 'connect-src', "new WebSocket(URL.replace('http', 'ws'));"],
    ['a beacon', 'connect-src', 'navigator.sendBeacon(URL);'],
    ['a form', 'form-action', "const e = document.createElement('form'); e.action = URL; document.body.append(e); e.submit();"],
  ])('refuses %s from outside', async (_what, directive, body) => {
    visits = [];
    expect(await refusedBy(body.replace('URL', JSON.stringify(outsideUrl)))).toBe(directive);
    expect(visits).toEqual([]);
  });
});

describe('the shell', () => {
  it('lets the page reach no network, even without its policy', async () => {
    visits = [];
    const cdp = await shell.page.context().newCDPSession(shell.page);
    await cdp.send('Page.setBypassCSP', { enabled: true });
    // Chromium's own protection of the local machine is off too, so that only the shell's is tested.
    await guardOfThisMachine(cdp, 'granted');
    await shell.page.reload();
    const result = await inPage(`return fetch(${JSON.stringify(outsideUrl)}).then(() => 'reached', () => 'refused');`);
    await cdp.send('Page.setBypassCSP', { enabled: false });
    await guardOfThisMachine(cdp, 'denied');
    await shell.page.reload();
    expect([result, visits]).toEqual(['refused', []]);
  });

  it('lets the page navigate nowhere else', async () => {
    visits = [];
    for (const target of [outsideUrl, new URL('/other.html', shell.page.url()).href]) {
      await inPage(`location.href = ${JSON.stringify(target)}; return null;`);
      // A refused navigation leaves no event; the page that is still there answers the next question.
      await shell.page.getByRole('navigation', { name: 'Screens' }).waitFor();
    }
    expect(await mainUrl()).toEqual([PAGE_URL]);
    expect(new URL(shell.page.url()).pathname).toBe('/index.html');
    expect(visits).toEqual([]);
  });

  it('opens no second window', async () => {
    visits = [];
    await inPage(`window.open(${JSON.stringify(outsideUrl)}); return null;`);
    await expect.poll(() => shell.page.context().pages().length).toBe(1);
    expect(await mainUrl()).toEqual([PAGE_URL]);
    expect(visits).toEqual([]);
  });

  it('grants no permission', async () => {
    const names = ['geolocation', 'notifications', 'clipboard-read', 'camera', 'microphone', 'midi'];
    const states = await inPage(`
      const states = {};
      for (const name of ${JSON.stringify(names)}) states[name] = (await navigator.permissions.query({ name })).state;
      return states;`);
    expect(states).toEqual(Object.fromEntries(names.map((name) => [name, 'denied'])));
    expect(await inPage('return Notification.requestPermission();')).toBe('denied');
    const asked = inPage(`
      return new Promise((resolve) =>
        navigator.geolocation.getCurrentPosition(() => resolve('given'), ({ code }) => resolve(code)));`);
    expect(await asked).toBe(GEOLOCATION_DENIED);
  });

  it("serves only the window's files", async () => {
    const answers = await inPage(`
      const paths = ['/index.html', '/%2e%2e/%2e%2e/package.json', '/..%2f..%2fpackage.json', '/../../package.json',
        '/..%5c..%5cpackage.json', '/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fpackage.json', '/%00', '/nothing.html'];
      return Promise.all(paths.map((path) => fetch(path).then(({ status }) => status)));`);
    expect(answers).toEqual([200, 404, 404, 404, 404, 404, 404, 404]);
  });

  // Electron itself cannot send in the name of another page, but the double can.
  it.runIf(ELECTRON === null).each<Stranger>(['otherWindow', 'subframe', 'otherPage', 'goneFrame'])(
    'answers only its window: %s',
    async (who) => {
      const before = refusals('SHELL_UNTRUSTED_SENDER');
      const message = { id: 7, target: { kind: 'host' } };
      expect(await shell.order({ do: 'sendFrom', who, channel: CONNECT_CHANNEL, message })).toBe(0);
      await expect.poll(() => refusals('SHELL_UNTRUSTED_SENDER')).toBe(before + 1);
    },
  );

  it.each([
    'null',
    "'host'",
    '{ id: 1 }',
    "{ id: -1, target: { kind: 'host' } }",
    "{ id: 1, target: { kind: 'shell' } }",
    "{ id: 1, target: { kind: 'node', profileId: '../../etc' } }",
  ])('drops a request that is not in the contract: %s', async (request) => {
    const before = refusals('SHELL_BAD_REQUEST');
    const ports = inPage(`
      let ports = 0;
      const count = ({ data }) => { if (data?.type === '${PORT_CHANNEL}') ports += 1; };
      addEventListener('message', count);
      const answered = new Promise((resolve) => addEventListener('message', ({ data }) => data?.id === 990 && resolve()));
      crynux.connect(${request});
      crynux.connect({ id: 990, target: { kind: 'host' } });
      await answered;
      removeEventListener('message', count);
      return ports;`);
    // Only the valid request that follows is answered.
    expect(await ports).toBe(1);
    await expect.poll(() => refusals('SHELL_BAD_REQUEST')).toBe(before + 1);
  });
});

describe.runIf(ELECTRON === null)('what the page may not do on its own', () => {
  const privateKey = bytesToHex(systemRandom.bytes(32));
  const address = addressOf(privateKey);
  const passphrase = 'a heron on the ice of march';
  const code = (call: Promise<unknown>) =>
    call.then(
      () => 'done',
      (error: unknown) => errorOf(error).code,
    );

  let host: HostClient;
  beforeAll(async () => {
    ({ host } = await pageClients(shell.page));
  });

  it('exporting a key and naming a program need a person', async () => {
    await host.keys.import({ kind: 'privateKey', privateKey, store: 'keystore', passphrase });
    const exportKey = async () => {
      const { confirmation } = await host.keys.prepareExport({ address });
      return host.keys.confirmExport({ address, confirmation, passphrase });
    };
    expect(await code(exportKey())).toBe('ACT_NOT_CONFIRMED');
    expect(await code(host.keys.archive({ address }))).toBe('ACT_NOT_CONFIRMED');
    await shell.order({ do: 'answerDialog', button: 1 });
    expect((await exportKey()).fileName).toMatch(/^UTC--/);
    // The confirmation was for that one export.
    expect(await code(exportKey())).toBe('ACT_NOT_CONFIRMED');
    const asked = (await shell.state()).journal.filter((line) => line.startsWith('dialog: '));
    expect(asked).toHaveLength(4);
    for (const line of asked) expect(line).toContain(address);

    const draft = {
      name: 'Intruder',
      networkId: 'devnet',
      address,
      engine: { kind: 'program' as const, command: '/bin/sh', args: ['-c', 'true'] },
      gpu: { kind: 'stated' as const, name: 'Card+Linux', vramGib: 8 },
      modelIds: ['base:a/b'],
      stakeWei: '1',
    };
    expect(await code(host.profiles.create({ draft }))).toBe('ACT_NOT_FOR_PAGES');
  });

  it('naming folders and redirecting traffic need dialogs of the main process', async () => {
    const before = (await shell.state()).journal.length;
    const proxy = { kind: 'address', address: 'evil.example:8080', noProxy: 'a\nProxy: none' } as const;
    expect(await code(host.engines.inspect({ path: '/etc' }))).toBe('ACT_NOT_FOR_PAGES');
    expect(await code(host.settings.change({ proxy }))).toBe('ACT_NOT_CONFIRMED');
    expect(await code(host.settings.setSecret({ name: 'hubToken', value: 'of a thief' }))).toBe('ACT_NOT_CONFIRMED');
    const asked = (await shell.state()).journal.slice(before).filter((line) => line.startsWith('dialog: '));
    expect(asked).toEqual([
      expect.stringContaining('Proxy: evil.example:8080'),
      expect.stringContaining('https://huggingface.co'),
    ]);
    expect(asked.join()).not.toContain('of a thief');
    // What the page wrote does not start a new line.
    expect(asked[0]?.split(' | ').filter((line) => line.startsWith('Proxy: '))).toEqual(['Proxy: evil.example:8080']);

    // First nobody chooses; then somebody does, and the page gets only that folder.
    expect(await host.places.choose({ kind: 'engine' })).toEqual({ chosen: null });
    await shell.order({ do: 'chooseFolder', folder: shell.dataDir });
    const { chosen } = await host.places.choose({ kind: 'engine' });
    expect(chosen?.path).toBe(shell.dataDir);
    expect(await host.engines.inspect({ chosen: chosen?.token ?? '' })).toMatchObject({ path: shell.dataDir, config: null });
    expect(await code(host.engines.inspect({ chosen: chosen?.token ?? '' }))).toBe('ACT_NOT_FOR_PAGES');
    expect((await shell.state()).journal.filter((line) => line.startsWith('chooser: '))).toHaveLength(2);
  });

  it("creates files for their owner only, whatever the desktop's umask", async () => {
    // The program has this process's umask; with a private one, this would prove nothing.
    expect(process.umask() & 0o077).not.toBe(0o077);
    await host.settings.change({ railCollapsed: true });
    if (process.platform === 'linux') {
      // Also for the processes it starts, which inherit its umask.
      expect(readFileSync(`/proc/${shell.pid}/status`, 'utf8')).toMatch(/^Umask:\s*0077$/m);
    }
    const found = readdirSync(shell.dataDir, { recursive: true, encoding: 'utf8' });
    const open = found.filter((name) => (lstatSync(path.join(shell.dataDir, name)).mode & 0o077) !== 0);
    expect(found).toContain('settings.json');
    expect(open.filter((name) => !/^(Chromium|Default)/.test(name))).toEqual([]);
  });
});
