/**
 * What costs the key, the money, has a program run, or decides where files, requests and secrets go. A procedure of such a
 * class says so with {@link act}; whoever serves it (contract/rpc-server.ts) has a guard look at each call of a page before
 * it is carried out.
 */
import { eventIterator, oc } from '@orpc/contract';
import type { z } from 'zod';

/**
 * `place`: it says which folder is read or written, or where requests, downloads and secrets go; `own`: for the program's
 * own parts and the command line alone.
 */
export const ACT_KINDS = ['key', 'money', 'program', 'place', 'own'] as const;
export type ActKind = (typeof ACT_KINDS)[number];

/** What the holder of an access token may do: look, or also pause, resume and drain nodes. */
export const ROLES = ['read', 'operate'] as const;
export type Role = (typeof ROLES)[number];

/**
 * `own`: a part of the program, or a command line that may read its directory; `page`: whatever a window shows; a role:
 * another program that has a token of it.
 */
export const CALLERS = ['own', 'page', ...ROLES] as const;
export type Caller = (typeof CALLERS)[number];

/** What a procedure of the contract says about itself. */
export interface ProcedureMeta {
  readonly act?: ActKind | undefined;
  /** The least role that may call it; left out, none may. */
  readonly access?: Role | undefined;
}

const base = oc.$meta<ProcedureMeta>({});

/** One that a page may call by itself. */
export function procedure<Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output, access?: Role) {
  return base.meta({ access }).input(input).output(output);
}

/** One that a page may not do alone. A role that may call it does so where no person would have to be asked. */
export function act<Input extends z.ZodType, Output extends z.ZodType>(
  kind: ActKind,
  input: Input,
  output: Output,
  access?: Role,
) {
  return base.meta({ act: kind, access }).input(input).output(output);
}

/** A subscription. */
export function stream<Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output, access?: Role) {
  return base.meta({ access }).input(input).output(eventIterator(output));
}

/** Whether a caller may call a procedure at all; what of it then needs a person is another question. */
export function isAdmitted(caller: Caller, { access }: ProcedureMeta): boolean {
  if (caller === 'own' || caller === 'page') return true;
  return access === 'read' || access === caller;
}
