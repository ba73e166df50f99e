/** Real programs in place of nvidia-smi, which test machines rarely have. */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { SystemProcessRunner } from '../kit/process-runner.ts';
import { NvidiaSmi } from './nvidia-smi.ts';
import { compose, recorded } from './testing/compose.ts';

let folder: string;
const clock = new ManualClock(0);
const runner = new SystemProcessRunner({ clock });

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gpu-smi-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function program(script: string): Promise<string> {
  const file = path.join(folder, 'nvidia-smi');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.runIf(process.platform !== 'win32')('nvidia-smi as a process', () => {
  it('reads eight cards', async () => {
    const xml = path.join(folder, 'out.xml');
    await writeFile(xml, compose(Array.from({ length: 8 }, () => 'rtx-4000-sff-ada-v13' as const)));
    const command = await program(`test "$1 $2" = "-q -x" && test "$LC_ALL" = C && cat '${xml}'`);
    const probe = await new NvidiaSmi({ runner, commands: ['no-such-program', command] }).probe();
    expect(probe.kind === 'found' && probe.cards.length).toBe(8);
    expect(clock.sleeping).toBe(0);
  });

  it('reads a card despite raw bytes, a warning and an exit code', async () => {
    const file = path.join(folder, 'out.xml');
    const [before = '', after = ''] = recorded('tesla-t4').split('<process_name>python</process_name>');
    const name = Buffer.from([0x70, 0xff, 0xc3, 0x28, 0x00, 0x1b, 0x26, 0x3c]);
    await writeFile(
      file,
      Buffer.concat([
        Buffer.from(`WARNING: infoROM is corrupted at gpu 0000:B3:00.0\n${before}<process_name>`),
        ...[name, Buffer.from(`</process_name>${after}\n`), Buffer.from([0xff, 0xfe])],
      ]),
    );
    const command = await program(`cat '${file}'; exit 14`);
    const probe = await new NvidiaSmi({ runner, commands: [command] }).probe();
    if (probe.kind !== 'found') return expect.fail(probe.problem.detail);
    expect(probe.cards).toMatchObject([{ name: 'Tesla T4', memoryMib: 15360, unusable: null }]);
    expect(probe.cards[0]?.processes?.at(-1)?.name).toBe('p\ufffd\ufffd(\ufffd\ufffd&<');
    expect(probe.problems).toMatchObject([{ code: 'GPU_INFOROM_CORRUPTED' }]);
  });

  it('reports a missing binary', async () => {
    expect((await new NvidiaSmi({ runner, commands: [path.join(folder, 'nothing')] }).probe()).kind).toBe('binaryMissing');
  });

  it('reports a binary that cannot be run', async () => {
    const file = path.join(folder, 'nvidia-smi');
    await writeFile(file, 'not a program', { mode: 0o644 });
    expect((await new NvidiaSmi({ runner, commands: [file] }).probe()).kind).toBe('failed');
  });

  it('passes on exit code and text', async () => {
    const command = await program("echo 'NVIDIA-SMI has failed'; exit 9");
    const probe = await new NvidiaSmi({ runner, commands: [command] }).probe();
    expect(probe.kind !== 'found' && probe.problem.detail).toBe('exit code 9: NVIDIA-SMI has failed');
  });

  it('gives up on a hanging program, and kills it with everything it started although it ignores SIGTERM', async () => {
    const pids = path.join(folder, 'pids');
    const command = await program(`trap '' TERM; sleep 1000 & echo "$$ $!" > '${pids}.new'; mv '${pids}.new' '${pids}'; wait`);
    const running = runner.run({ command, args: [], timeoutMs: 5000 });
    await vi.waitFor(() => expect(existsSync(pids)).toBe(true), { timeout: 90_000 });
    await clock.tick(5000);
    const outcome = await running;
    expect(outcome.kind).toBe('timedOut');
    if (outcome.kind === 'timedOut') await outcome.gone;
    const [own = 0, child = 0] = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
    await vi.waitFor(() => expect([alive(own), alive(child)]).toEqual([false, false]), { timeout: 90_000 });
  });

  it('ends a program that writes without end', async () => {
    const command = await program('yes');
    const outcome = await runner.run({ command, args: [], timeoutMs: 60_000 });
    expect(outcome.kind).toBe('failed');
  });
});
