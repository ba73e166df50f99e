/** The log of one node, as its worker wrote it, without secrets. */
import { z } from 'zod';
import { profileIdSchema } from './profiles.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const logLineSchema = z.object({
  /** Increases with time; unique within a profile. */
  cursor: z.number().int().nonnegative(),
  atMs: z.number(),
  level: z.enum(LOG_LEVELS),
  message: z.string(),
  /** Code of an error in the line. */
  code: z.string().nullable(),
  /** Commitment of the task that the line is about. */
  task: z.string().nullable(),
  /** Everything else in the line, JSON text. */
  details: z.string(),
});
export type LogLine = z.output<typeof logLineSchema>;

export const logQuerySchema = z.object({
  profileId: profileIdSchema,
  /** This level and higher ones. */
  level: z.enum(LOG_LEVELS).default('info'),
  /** In message, code or details; case-insensitive. */
  text: z.string().default(''),
  task: z.string().nullable().default(null),
  limit: z.number().int().positive().max(2_000).default(500),
  /** Lines before this cursor; null = the newest. */
  before: z.number().int().nonnegative().nullable().default(null),
});
export type LogQuery = z.output<typeof logQuerySchema>;
/** Oldest first. `more`: there are older ones. */
export const logPageSchema = z.object({ lines: z.array(logLineSchema), more: z.boolean() });

/** A zip file with logs, configuration and versions, without secrets. */
export const bundleSchema = z.object({ fileName: z.string(), base64: z.string() });
