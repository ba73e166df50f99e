/** One question with four possible answers. */
import type { PreflightCheckId, PreflightResult } from '../../contract/preflight.ts';
import { type ErrorCatalogue, serialiseError } from '../../protocol/errors.ts';
import { CHAIN_ERRORS } from '../chain/errors.ts';
import { WORKER_ERRORS } from '../kit/errors.ts';
import { PREFLIGHT_ERRORS } from './errors.ts';

export type CheckParams = PreflightResult['params'];

export type Verdict =
  | { readonly state: 'ok'; readonly params: CheckParams }
  | {
      readonly state: 'warn' | 'fail' | 'unknown';
      readonly code: string;
      readonly params: CheckParams;
      /** Added if the catalogue's meaning is not enough. */
      readonly message?: string;
    };

export interface Check {
  readonly id: PreflightCheckId;
  /** May reject: the error's code becomes the reason. */
  run(signal: AbortSignal): Promise<Verdict>;
}

const CATALOGUE: ErrorCatalogue = { ...WORKER_ERRORS, ...CHAIN_ERRORS, ...PREFLIGHT_ERRORS };

export const ok = (params: CheckParams = {}): Verdict => ({ state: 'ok', params });

export const objection = (state: 'warn' | 'fail' | 'unknown', code: string, params: CheckParams = {}): Verdict => ({
  state,
  code,
  params,
});

/** Turns a thrown error into an objection with the same code; an error without a code is a bug in the check. */
export function objectionOf(error: unknown, state: 'fail' | 'unknown'): Verdict {
  const { code, message, data } = serialiseError(error);
  const known = CATALOGUE[code] !== undefined;
  const params: CheckParams = {};
  for (const [name, value] of Object.entries(data)) params[name] = Array.isArray(value) ? [...value] : (value as string);
  return { state: known ? state : 'unknown', code: known ? code : 'PREFLIGHT_BROKEN', params, message };
}

export function resultOf(id: PreflightCheckId, verdict: Verdict): PreflightResult {
  const { state, params } = verdict;
  if (state === 'ok') return { id, state, params };
  const entry = CATALOGUE[verdict.code];
  const message = verdict.message ?? entry?.meaning ?? verdict.code;
  return { id, state, code: verdict.code, message, params, remedy: entry?.remedy ?? '' };
}
