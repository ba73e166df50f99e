#!/usr/bin/env node
/**
 * The first step of every npm script, without dependencies: brings node_modules in line with the lock file, then runs
 * the given script on the project's own Node 24, whatever Node (>= 20) the machine has.
 *
 *   node scripts/bootstrap.mjs [--bin NAME] SCRIPT [ARG…]
 *
 * Its own messages go to stderr, because stdout belongs to the script.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, fstatSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, 'node_modules');
const lockFile = path.join(root, 'package-lock.json');
const stampFile = path.join(modules, '.crynux-install');
const projectNode = path.join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

function fail(message) {
  process.stderr.write(`crynux: ${message}\n`);
  process.exit(1);
}

const lockHash = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex');

/** True if exactly this lock file is installed: by this script (stamp), or by hand after the last change. */
function isInstalled() {
  if (!existsSync(projectNode)) return false;
  if (existsSync(stampFile)) return readFileSync(stampFile, 'utf8') === lockHash();
  const hidden = path.join(modules, '.package-lock.json');
  return existsSync(hidden) && statSync(hidden).mtimeMs >= statSync(lockFile).mtimeMs;
}

function install() {
  process.stderr.write('crynux: installing dependencies (once; about a minute) …\n');
  // npm_execpath is set inside npm scripts and avoids a shell on Windows, where npm is a .cmd file.
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-fund', '--no-audit', '--loglevel=error'];
  // onnxruntime-node would download its CUDA libraries (hundreds of MB) from outside the registry. An npm that supports
  // "allowScripts" does not run that script, but an older one does. Set the variable to cuda12 to get them.
  const options = { cwd: root, stdio: ['ignore', 2, 2], env: { ONNXRUNTIME_NODE_INSTALL: 'skip', ...process.env } };
  const done = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (done.status !== 0) fail(`npm ci failed (${done.error?.message ?? `exit ${done.status}`})`);
  const works = spawnSync(projectNode, ['--version'], { encoding: 'utf8' });
  if (works.status !== 0 || !works.stdout.startsWith('v24.')) {
    fail(
      'the project needs Node 24 from the "node" package, and its install script did not run; allow it with: npm install-scripts approve node',
    );
  }
  writeFileSync(stampFile, lockHash());
}

const [major] = process.versions.node.split('.');
if (Number(major) < 20) fail(`Node 20 or newer is needed to start; this is ${process.version}`);
if (!isInstalled()) install();
else if (!existsSync(stampFile)) writeFileSync(stampFile, lockHash());

const argv = process.argv.slice(2);
let target = argv.shift();
if (target === undefined) process.exit(0);
if (target === '--bin') {
  const name = argv.shift();
  const manifest = JSON.parse(readFileSync(path.join(modules, name, 'package.json'), 'utf8'));
  const bins = typeof manifest.bin === 'string' ? { [name]: manifest.bin } : manifest.bin;
  target = path.join(modules, name, bins[argv[0] in bins ? argv.shift() : Object.keys(bins)[0]]);
} else {
  target = path.join(root, target);
}

/** Descriptor numbers in the arguments: `--passphrase-fd 3`, `--secret-fd=4`. Secrets are passed through them. */
function namedDescriptors(args) {
  const named = args.flatMap(
    (arg, at) => /^--[a-z-]+-fd(?:=(\d+))?$/.exec(arg)?.[1] ?? (/^--[a-z-]+-fd$/.test(arg) ? [args[at + 1]] : []),
  );
  return [...new Set(named.map(Number))].filter((number) => Number.isInteger(number) && number > 2 && number < 1024);
}

/**
 * The descriptor itself, or npm's: npm starts scripts with descriptors 0 to 2 only, but on Linux keeps the others open
 * itself. Null = it was not given; Node's own descriptors are in non-blocking mode or no files at all.
 */
function givenDescriptor(number) {
  const isFile = (stat) => stat.isFile() || stat.isFIFO() || stat.isSocket() || stat.isCharacterDevice();
  if (process.platform !== 'linux') {
    try {
      return isFile(fstatSync(number)) ? number : null;
    } catch {
      return null;
    }
  }
  for (let pid = process.pid, depth = 0; depth < 4 && pid > 1; depth++) {
    try {
      const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${number}`, 'utf8'))[1], 8);
      const isOurs = pid === process.pid;
      // Only the parent: what other ancestors have open was not meant for us.
      const mayGive = isOurs || /^npm\b|npm-cli/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      if (mayGive && (flags & 0o4000) === 0 && isFile(statSync(`/proc/${pid}/fd/${number}`))) {
        return isOurs ? number : openSync(`/proc/${pid}/fd/${number}`, 'r');
      }
    } catch {
      // Not open there, or not accessible.
    }
    try {
      pid = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
    } catch {
      return null;
    }
  }
  return null;
}

/** Descriptors keep their numbers in the child. */
function childStdio(args) {
  const stdio = ['inherit', 'inherit', 'inherit'];
  for (const number of namedDescriptors(args)) {
    const given = givenDescriptor(number);
    if (given === null) fail(`descriptor ${number} was not given; through npm it can be 0, or on Linux any that a shell opens`);
    while (stdio.length < number) stdio.push('ignore');
    stdio[number] = given;
  }
  return stdio;
}

const child = spawn(projectNode, ['--disable-warning=ExperimentalWarning', target, ...argv], {
  cwd: root,
  stdio: childStdio(argv),
  env: { ...process.env, PATH: `${path.join(modules, '.bin')}${path.delimiter}${process.env.PATH ?? ''}` },
});
// A terminal's Ctrl-C reaches the whole process group, but a supervisor's signal only us. Forward it, and live as long
// as the child.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('error', (error) => fail(`cannot run ${projectNode}: ${error.message}`));
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0);
});
