/**
 * Acts that affect the key or the money, run a program, or decide where files, requests and secrets go. A procedure of
 * one of these kinds is declared with {@link act}; the server (contract/rpc-server.ts) has a guard check each call of a
 * page before it is carried out.
 */
import { eventIterator, oc } from '@orpc/contract';
import type { z } from 'zod';

/**
 * `place`: chooses a folder to read or write, or where requests, downloads and secrets go; `own`: only for the
 * program's own parts and the command line.
 */
export const ACT_KINDS = ['key', 'money', 'program', 'place', 'own'] as const;
export type ActKind = (typeof ACT_KINDS)[number];

/** What the holder of an access token may do: only read, or also pause, resume and drain nodes. */
export const ROLES = ['read', 'operate'] as const;
export type Role = (typeof ROLES)[number];

/**
 * `own`: a part of the program, or a command line that may read its directory; `page`: anything that a window shows; a
 * role: another program with a token of that role.
 */
export const CALLERS = ['own', 'page', ...ROLES] as const;
export type Caller = (typeof CALLERS)[number];

/** Metadata of a procedure. */
export interface ProcedureMeta {
  readonly act?: ActKind | undefined;
  /** The lowest role that may call it; omitted = none may. */
  readonly access?: Role | undefined;
}

const contractBase = oc.$meta<ProcedureMeta>({});

/** A procedure that a page may call without confirmation. */
export function procedure<Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output, access?: Role) {
  return contractBase.meta({ access }).input(input).output(output);
}

/**
 * A procedure that a page may not call without confirmation. A permitted role may call it if no person would have to be
 * asked.
 */
export function act<Input extends z.ZodType, Output extends z.ZodType>(
  kind: ActKind,
  input: Input,
  output: Output,
  access?: Role,
) {
  return contractBase.meta({ act: kind, access }).input(input).output(output);
}

/** A subscription. */
export function stream<Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output, access?: Role) {
  return contractBase.meta({ access }).input(input).output(eventIterator(output));
}

/** Whether a caller may call a procedure at all. Whether a person must confirm it is decided elsewhere. */
export function isAdmitted(caller: Caller, { access }: ProcedureMeta): boolean {
  if (caller === 'own' || caller === 'page') return true;
  return access === 'read' || access === caller;
}
