/**
 * Which running profile owns which card. A claim is an open write transaction on an empty SQLite file per card, in a
 * folder that all profiles of the machine share. The operating system ends it with the process, however that ends, so
 * there are no stale locks to judge by process ID and start time, and two owners are impossible at any moment.
 *
 * A label beside it names the owner for people; it decides nothing.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../platform/replace-file.ts';
import { tryLock } from '../kit/folder-lock.ts';
import { type GpuProblem, gpuProblem } from './errors.ts';

const labelSchema = z.object({ profile: z.string(), pid: z.number(), sinceMs: z.number() });

/** The owner of a card; the label is null (or the previous owner's) in the moment before it is written. */
export interface ClaimOwner {
  readonly id: string;
  readonly label: z.output<typeof labelSchema> | null;
}

export interface GpuClaim {
  readonly ids: readonly string[];
  /** Releases the cards; a second call does nothing. The end of the process does the same. */
  release(): void;
}

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly claim: GpuClaim }
  | { readonly kind: 'taken'; readonly problem: GpuProblem; readonly by: readonly ClaimOwner[] };

export interface Claimant {
  /**
   * On a local disk of this machine, because locks on network file systems are unreliable. Nobody may delete files in
   * it.
   */
  readonly folder: string;
  readonly profile: string;
  readonly pid: number;
  readonly nowMs: number;
}

/** Claims all of these cards or none. */
export function claimGpus(ids: readonly string[], claimant: Claimant): ClaimOutcome {
  const releases: (() => void)[] = [];
  const release = () => {
    for (const releaseCard of releases.splice(0)) releaseCard();
  };
  // In the same order for everybody, so that among several with overlapping groups, one gets its whole group.
  const ordered = [...new Set(ids)].sort();
  for (const id of ordered) {
    const releaseCard = lockCard(id, claimant.folder);
    if (releaseCard === null) {
      release();
      return takenOutcome(ordered.flatMap((one) => ownerOf(one, claimant.folder) ?? []));
    }
    releases.push(releaseCard);
  }
  for (const id of ordered) writeLabel(id, claimant);
  return { kind: 'claimed', claim: { ids: ordered, release } };
}

function takenOutcome(by: readonly ClaimOwner[]): ClaimOutcome {
  const owners = by.map(
    ({ id, label }) => `${id}: ${label === null ? 'another profile' : `${label.profile} (process ${label.pid})`}`,
  );
  return { kind: 'taken', problem: gpuProblem('GPU_TAKEN', owners.join('; ')), by };
}

/** The running profile that owns a card, or null if it is free. */
export function ownerOf(id: string, folder: string): ClaimOwner | null {
  const release = lockCard(id, folder);
  if (release === null) return { id, label: readLabel(id, folder) };
  release();
  return null;
}

/** Another process may be looking up the owner, which takes a millisecond; a real owner stays. */
const BUSY_MS = 250;

/** Null = another connection, in this or another process, owns the card. */
function lockCard(id: string, folder: string): (() => void) | null {
  return tryLock(fileOf(id, folder, 'lock'), BUSY_MS);
}

function writeLabel(id: string, { folder, profile, pid, nowMs }: Claimant): void {
  writeWhole(fileOf(id, folder, 'json'), JSON.stringify({ profile, pid, sinceMs: nowMs }));
}

function readLabel(id: string, folder: string): ClaimOwner['label'] {
  try {
    return labelSchema.parse(JSON.parse(readFileSync(fileOf(id, folder, 'json'), 'utf8')));
  } catch {
    return null;
  }
}

function fileOf(id: string, folder: string, extension: 'lock' | 'json'): string {
  return path.join(folder, `${id.replace(/[^A-Za-z0-9-]/g, '_')}.${extension}`);
}
