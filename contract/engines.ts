/** Engines on this machine, for a UI: what was found, where, and whether it can be used. */
import { z } from 'zod';
import { engineConfigSchema } from './node-config.ts';

export const PATCH_STATES = ['none', 'applied', 'available', 'off', 'unknown'] as const;

/** The official worker patches itself (RELAY_PROTOCOL 9.4); the host can turn that off. */
export const patchViewSchema = z.object({
  /** `available`: it will patch itself at its next start or within a minute; `unknown`: its version cannot be read. */
  state: z.enum(PATCH_STATES),
  /** As installed, before any patch; null if the installation does not state it. */
  installedVersion: z.string().nullable(),
  /** Versions that its patch source offers for this one; null = not asked. */
  available: z.array(z.string()).nullable(),
  /** Why patches are off: the host's choice, or files that this user cannot change. */
  offBecause: z.enum(['chosen', 'readOnly']).nullable(),
});
export type PatchView = z.output<typeof patchViewSchema>;

export const engineProblemSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  data: z.record(z.string(), z.unknown()).default({}),
});

export const OFFICIAL_LAYOUTS = ['source', 'bundle', 'app'] as const;

/** A GPU back end of the embedded language engine, which a package does not include. */
export const backendViewSchema = z.object({
  backend: z.enum(['cuda', 'vulkan']),
  /** Size of all its files, unpacked. */
  bytes: z.number().int().positive(),
  installed: z.boolean(),
});
export type BackendView = z.output<typeof backendViewSchema>;

export const engineCandidateSchema = z.object({
  kind: z.enum(['embedded', 'official']),
  title: z.string(),
  /** Folder of the installation; null for the engine that is part of this program. */
  path: z.string().nullable(),
  /** `source`: scripts and a virtual environment; `bundle`: a release for Windows or Linux; `app`: a release for macOS. */
  layout: z.enum(OFFICIAL_LAYOUTS).nullable(),
  /**
   * The version according to the files, including patches; the running engine's own answer takes precedence. Null =
   * unknown.
   */
  version: z.string().nullable(),
  patches: patchViewSchema,
  /** Can be used as a node's configuration; null = the engine cannot be used, see `problem`. */
  config: engineConfigSchema.nullable(),
  problem: engineProblemSchema.nullable(),
  /** IDs of the networks that accept this kind of engine (law 7). */
  acceptedBy: z.array(z.string()),
});
export type EngineCandidate = z.output<typeof engineCandidateSchema>;
