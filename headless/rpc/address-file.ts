/**
 * The file through which a command line finds the program running on a data directory, and proves that it may use it:
 * only its owner can read it.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../../host/data-file.ts';

const addressSchema = z.object({
  pid: z.number().int().positive(),
  port: z.number().int().min(1).max(65_535),
  token: z.string().min(32),
});
export type ProgramAddress = z.output<typeof addressSchema>;

const fileOf = (dataDir: string) => path.join(dataDir, 'headless.json');

/** Readable only by the owner. */
export function writeAddress(dataDir: string, address: ProgramAddress): void {
  writeAtomically(fileOf(dataDir), JSON.stringify(address));
}

/** Null = no program has left one. */
export function readAddress(dataDir: string): ProgramAddress | null {
  try {
    const parsed = addressSchema.safeParse(JSON.parse(readFileSync(fileOf(dataDir), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function removeAddress(dataDir: string): void {
  try {
    rmSync(fileOf(dataDir), { force: true });
  } catch {
    // The disk is read-only or gone; the next program overwrites the file.
  }
}
