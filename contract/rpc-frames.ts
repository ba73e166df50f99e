/**
 * The valid frames in both directions. Every frame is parsed here before the RPC library sees it, because the library
 * trusts what it decodes, and a frame that it does not understand would end the process.
 */
import { z } from 'zod';
import { ContractError } from './errors.ts';

/** Length of a request in UTF-16 units: the largest is a keystore file or a network preset. */
export const MAX_REQUEST_LENGTH = 1024 * 1024;
/** Open requests per connection, subscriptions included. A window has a few dozen. */
export const MAX_UNDER_WAY = 256;

const REQUEST = 1;
const ANSWER = 2;
const EVENT = 3;
const ABORT = 4;

const id = z.string().min(1).max(32);

const requestFrame = z.union([
  z.strictObject({
    i: id,
    t: z.literal(REQUEST).optional(),
    p: z.strictObject({
      /** Path of a procedure in the contract. */
      u: z
        .string()
        .max(200)
        .regex(/^(?:\/[A-Za-z]\w*)+$/),
      b: z.unknown().optional(),
      h: z.strictObject({ 'last-event-id': z.string().max(200).optional() }).optional(),
    }),
  }),
  z.strictObject({ i: id, t: z.literal(ABORT), p: z.unknown().optional() }),
]);

const answerFrame = z.union([
  z.object({
    i: id,
    t: z.literal(ANSWER).optional(),
    p: z.object({
      s: z.number().int().min(100).max(599).optional(),
      h: z.strictObject({ 'content-type': z.literal('text/event-stream').optional() }).optional(),
      b: z.unknown().optional(),
    }),
  }),
  z.object({
    i: id,
    t: z.literal(EVENT),
    p: z.object({
      e: z.enum(['message', 'error', 'done']),
      d: z.unknown().optional(),
      m: z
        .object({
          id: z.string().optional(),
          retry: z.number().optional(),
          comments: z.array(z.string()).optional(),
        })
        .optional(),
    }),
  }),
  z.object({ i: id, t: z.literal(ABORT), p: z.unknown().optional() }),
]);
/** Decoded, as the RPC library expects it. */
export type AnswerFrame = z.output<typeof answerFrame>;

/** @throws ContractError RPC_BAD_FRAME, RPC_FRAME_TOO_LARGE */
export function checkRequestFrame(frame: unknown): asserts frame is string {
  if (typeof frame === 'string' && frame.length > MAX_REQUEST_LENGTH) {
    throw new ContractError('RPC_FRAME_TOO_LARGE', 'a request is larger than any of the contract', { length: frame.length });
  }
  parse(requestFrame, frame);
}

/** @throws ContractError RPC_BAD_FRAME */
export function parseAnswerFrame(frame: unknown): AnswerFrame {
  return parse(answerFrame, frame);
}

/** Cancels an open request. */
export function isAbortFrame(frame: unknown): boolean {
  return typeof frame === 'string' && z.object({ t: z.literal(ABORT) }).safeParse(decode(frame)).success;
}

/** The frame itself is never repeated, because it may contain a secret. */
function parse<Frame extends z.ZodType>(schema: Frame, frame: unknown): z.output<Frame> {
  const decoded = typeof frame === 'string' ? decode(frame) : undefined;
  const parsed = schema.safeParse(decoded);
  if (parsed.success) return parsed.data;
  throw new ContractError('RPC_BAD_FRAME', 'a frame is none of the contract');
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
