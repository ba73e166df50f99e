/** What is installed here: programs and libraries with machine code, cards, the desktop. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { anvilProgram } from '../../devnet/chain/anvil-program.ts';
import { createKeychain } from '../../host/keys/keychain.ts';
import { keychainBackendProblem } from '../../host/keys/keychain-backend.ts';
import { PROGRAMS } from '../../platform/programs.ts';
import { findOfficialWorkers } from '../../worker/engines/official/find.ts';
import { machineNvidiaSmi } from '../../worker/gpu/nvidia-smi.ts';
import { probeControllers } from '../../worker/gpu/other-cards.ts';
import { thisPlatform } from '../../worker/gpu/platform.ts';
import { SystemProcessRunner } from '../../worker/kit/process-runner.ts';
import { systemClock } from '../../worker/kit/system-clock.ts';
import { type Check, fail, notApplicable, ok } from './check.ts';

const run = promisify(execFile);
const firstLine = (text: string) => text.trim().split('\n')[0] ?? '';

/** A separate name, so that this program's entries in the keychain are not touched. */
const SERVICE = 'ai.crynux.node-desktop.verify';

export const MACHINE_CHECKS: readonly Check[] = [
  {
    subject: 'programs',
    what: "Node's binary, which runs engines and the local network",
    async run() {
      const { stdout } = await run(PROGRAMS.node, ['--version']);
      return ok(firstLine(stdout));
    },
  },
  {
    subject: 'programs',
    what: 'the chain of the local network (anvil)',
    async run() {
      const { stdout } = await run(anvilProgram(), ['--version']);
      return ok(firstLine(stdout));
    },
  },
  {
    subject: 'programs',
    what: 'the language runtime loads, on the CPU',
    async run() {
      const { getLlama } = await import('node-llama-cpp');
      const llama = await getLlama({ gpu: false, build: 'never', progressLogs: false, logger: () => {} });
      await llama.dispose();
      return ok('loaded');
    },
  },
  {
    subject: 'programs',
    what: 'the image runtime loads',
    async run({ system }) {
      // Its author provides no binary for Macs with Intel CPUs.
      if (system.name === 'darwin' && system.arch === 'x64') return notApplicable('not made for this CPU');
      const { listSupportedBackends } = await import('onnxruntime-node');
      return ok(
        listSupportedBackends()
          .map(({ name }) => name)
          .join(', '),
      );
    },
  },
  {
    subject: 'programs',
    what: 'installations of the official worker are found',
    run({ system }) {
      const found = findOfficialWorkers({ system });
      if (found.length === 0) return notApplicable('none in the usual places');
      return ok(
        found
          .map(({ path: at, version, problem }) => `${at} (${version ?? 'no version'}, ${problem?.code ?? 'usable'})`)
          .join('; '),
      );
    },
  },
  {
    subject: 'cards',
    what: 'NVIDIA cards, by nvidia-smi',
    async run({ system }) {
      if (system.cards.nvidiaSmi.length === 0) return notApplicable('this system has no nvidia-smi');
      const begun = performance.now();
      const probe = await machineNvidiaSmi({
        command: undefined,
        runner: new SystemProcessRunner({ clock: systemClock }),
      }).probe();
      if (probe.kind === 'binaryMissing') return notApplicable('no nvidia-smi here');
      if (probe.kind !== 'found') return fail(`${probe.problem.code}: ${probe.problem.detail}`);
      const cards = probe.cards.map(({ name, memoryMib, driver }) => `${name}, ${memoryMib} MiB, driver ${driver}`);
      return ok(`${cards.join('; ')}, in ${Math.round(performance.now() - begun)} ms`);
    },
  },
  {
    subject: 'cards',
    what: 'all cards, by the probe in a separate process',
    async run() {
      const probe = await probeControllers({ runner: new SystemProcessRunner({ clock: systemClock }) });
      if (probe.kind !== 'found') return fail(`${probe.problem.code}: ${probe.problem.detail}`);
      const cards = probe.controllers.map(({ vendor, model }) => `${vendor ?? '?'} ${model ?? '?'}`);
      return cards.length === 0 ? notApplicable('no card') : ok(cards.join('; '));
    },
  },
  { subject: 'cards', what: 'what the network would be told about the system', run: () => ok(thisPlatform()) },
  {
    subject: 'desktop',
    what: 'the keychain stores a secret, returns it and deletes it',
    async run({ system }) {
      const { keychain } = system.desktop;
      const backendProblem = () =>
        keychainBackendProblem({ ...keychain, env: process.env, homeDir: os.homedir(), electronBackend: null });
      const problem = await createKeychain({
        clock: systemClock,
        name: keychain.name,
        service: SERVICE,
        backendProblem,
      }).problem();
      if (problem === null) return ok(keychain.name);
      return keychain.alwaysEncrypts
        ? fail(`${problem.code}: ${problem.message}`)
        : notApplicable(`${problem.code}: ${problem.message}`);
    },
  },
  {
    subject: 'desktop',
    what: 'the program that opens the window in a browser',
    run({ system }) {
      const { opener } = system.processes;
      if (opener === null) return notApplicable('no desktop here');
      const { command } = opener;
      const places = path.isAbsolute(command) ? [command] : system.folders.searchPath.map((folder) => path.join(folder, command));
      const found = places.find((file) => existsSync(file));
      return found === undefined ? fail(`${command} is not installed`) : ok(found);
    },
  },
  {
    subject: 'desktop',
    what: "where the program keeps its user's data",
    run: ({ system }) => ok(`${system.folders.data}${existsSync(system.folders.data) ? '' : ' (not there yet)'}`),
  },
];
