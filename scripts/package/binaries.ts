/** Which machine a file's code is for, judged by its first bytes and not by its name. */
import { open } from 'node:fs/promises';
import type { Target } from './target.ts';

/** `linux-x64`; several for a universal binary of a Mac. Null = neither a program nor a library. */
export type Machine = string;

const ELF_MACHINES: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64', 40: 'arm', 243: 'riscv64', 3: 'ia32' };
const MACH_O_MACHINES: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64' };
const PE_MACHINES: Readonly<Record<number, string>> = { 34404: 'x64', 43620: 'arm64', 332: 'ia32' };
const HEAD_BYTES = 4096;

/** @param head a file's first 4 KiB */
export function machinesOf(head: Buffer): Machine[] | null {
  if (head.length < 64) return null;
  const magic = head.readUInt32BE(0);
  if (magic === 0x7f454c46) return [`linux-${ELF_MACHINES[head.readUInt16LE(18)] ?? 'unknown'}`];
  if (magic === 0xcffaedfe || magic === 0xcefaedfe) return [`darwin-${MACH_O_MACHINES[head.readUInt32LE(4)] ?? 'unknown'}`];
  // A Java class begins with the same four bytes, but its next number is its version, which is larger.
  if (magic === 0xcafebabe && head.readUInt32BE(4) < 8) {
    return Array.from({ length: head.readUInt32BE(4) }, (_, index) => MACH_O_MACHINES[head.readUInt32BE(8 + 20 * index)]).map(
      (arch) => `darwin-${arch ?? 'unknown'}`,
    );
  }
  if (head.toString('latin1', 0, 2) !== 'MZ') return null;
  const at = head.readUInt32LE(60);
  if (at + 6 > head.length || head.toString('latin1', at, at + 4) !== 'PE\0\0') return null;
  return [`win32-${PE_MACHINES[head.readUInt16LE(at + 4)] ?? 'unknown'}`];
}

export async function machinesOfFile(file: string): Promise<Machine[] | null> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(HEAD_BYTES), position: 0 });
    return machinesOf(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

export function fits(machines: readonly Machine[], { platform, arch }: Target): boolean {
  return machines.includes(`${platform}-${arch}`);
}
