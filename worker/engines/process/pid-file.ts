/**
 * Records which engine process is ours, so that an engine that survived a crash of the worker is ended at the next
 * start, and no other process ever is: a process ID proves nothing, but the start time does.
 */
import { readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../../platform/replace-file.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { killTree } from '../../kit/kill-tree.ts';
import { processIdentity } from '../../kit/process-identity.ts';
import { EngineError } from '../errors.ts';
import type { EngineLog } from '../log.ts';

const POLL_MS = 50;
const POLLS = 100;

const recordSchema = z.object({ pid: z.number().int().min(2), identity: z.string().min(1) });

export async function writePidFile(file: string, pid: number): Promise<void> {
  const identity = await processIdentity(pid);
  if (identity === null) return;
  await mkdir(dirname(file), { recursive: true });
  // The engine of half a record would never be ended.
  writeWhole(file, JSON.stringify({ pid, identity }));
}

/** A record that cannot be removed does no harm: its process is gone. */
export function removePidFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    return;
  }
}

/**
 * Ends the recorded process if it is still exactly the recorded one.
 * @returns whether there was one.
 * @throws EngineError ENGINE_ORPHAN_REMAINS if it does not end.
 */
export async function endOrphan(input: { file: string; clock: Clock; log: EngineLog }): Promise<boolean> {
  const record = readRecord(input.file, input.log);
  if (record === null) return false;
  const isOurs = async () => (await processIdentity(record.pid)) === record.identity;
  const found = await isOurs();
  if (found) {
    input.log.warn({ pid: record.pid }, 'ending an engine that outlived its worker');
    killTree(record.pid, 'force');
    for (let poll = 0; await isOurs(); poll++) {
      if (poll === POLLS) {
        throw new EngineError('ENGINE_ORPHAN_REMAINS', `process ${record.pid} cannot be ended`, { pid: record.pid });
      }
      await input.clock.sleep(POLL_MS);
    }
  }
  removePidFile(input.file);
  return found;
}

function readRecord(file: string, log: EngineLog): z.output<typeof recordSchema> | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    const error = new EngineError('ENGINE_BAD_PID_FILE', 'the engine pid file is unreadable', { file }, { cause });
    log.warn({ error: error.serialise() }, error.message);
    removePidFile(file);
    return null;
  }
}
