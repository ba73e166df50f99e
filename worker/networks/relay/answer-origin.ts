/**
 * Who wrote an answer: the relay, or something in front of it (a CDN, a firewall, a load balancer, a hotel's log-in
 * page). Only the relay's own answers may lead to conclusions about tasks, money or clocks. Pure.
 *
 * The relay's own answers, as recorded: `{"message": …}` with at most `data` beside it, with status 200, 400, 401, 403,
 * 404 and 500; gin's `404 page not found` without a line break; an empty 500 after a panic; files as
 * `application/octet-stream`.
 */
import { type RelayRefusal, readRefusal } from '../../../protocol/wire/envelope.ts';
import type { FailureSide } from '../../outbound/connection-failure.ts';

/** The parts of an answer that are considered. */
export interface SeenAnswer {
  /** The requested URL. */
  readonly url: URL;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** For a file, the beginning is enough. */
  readonly text: string;
}

/** `portal`: a network that requires a log-in before it lets anything through. */
type ForeignKind = 'portal' | 'redirect' | 'page' | 'empty' | 'status' | 'otherService';

interface ForeignAnswer {
  readonly kind: ForeignKind;
  readonly side: FailureSide;
  readonly status: number;
  /** One plain sentence without a full stop. */
  readonly message: string;
}

export type Origin<Own> = { readonly by: 'relay'; readonly own: Own } | { readonly by: 'other'; readonly answer: ForeignAnswer };

/** 4xx statuses that the relay does not use: something in between delays, limits or requires a log-in. */
const INTERMEDIARY_STATUSES: ReadonlySet<number> = new Set([402, 407, 408, 421, 425, 429, 431, 444, 451, 499]);

/** Cloudflare's own statuses for an origin server that it cannot reach or understand. */
const CLOUDFLARE_STATUSES: Readonly<Record<number, string>> = {
  520: 'the relay behind it gave an empty or unknown answer',
  521: 'the relay behind it is down',
  522: 'the relay behind it could not be connected to in time',
  523: 'the relay behind it cannot be found',
  524: 'the relay behind it did not answer in time',
  525: 'no TLS connection to the relay behind it',
  526: 'the relay behind it has no valid certificate',
  527: 'the connection to the relay behind it was interrupted',
  530: 'it cannot find the relay behind it',
};

/** Messages of common gateways in the same format as the relay's (Kong, AWS API Gateway, Azure). */
const GATEWAY_MESSAGES: ReadonlySet<string> = new Set([
  'Forbidden',
  'Unauthorized',
  'Missing Authentication Token',
  'Internal server error',
  'Service Unavailable',
  'Endpoint request timed out',
  'Limit Exceeded',
  'Too Many Requests',
  'API rate limit exceeded',
  'no Route matched with those values',
  'An unexpected error occurred',
  'An invalid response was received from the upstream server',
  'The upstream server is timing out',
  'failure to get a peer from the ring-balancer',
  'name resolution failed',
  'No API key found in request',
]);

/** For a 2xx answer that should be JSON: whether it has the relay's envelope. The content is parsed afterwards. */
export function successOrigin(answer: SeenAnswer): Origin<null> {
  if (answer.text.trim() === '') return foreignAnswer(answer, 'empty', 'there', `an empty answer (${answer.status})`);
  if (isMarkup(answer)) return webPage(answer);
  const value = parseEnvelope(answer.text);
  // An answer that starts like the relay's and breaks off is the relay's own, but damaged.
  if (value === 'notJson' && answer.text.trimStart().startsWith('{"message":"success"')) return { by: 'relay', own: null };
  if (value === 'notJson') return foreignAnswer(answer, 'page', 'unclear', 'a text that is no answer of a relay');
  if (value?.message === 'success') return { by: 'relay', own: null };
  return foreignAnswer(answer, 'otherService', 'unclear', 'the answer of another service');
}

/** For a 2xx answer that should be a file. */
export function fileOrigin(answer: SeenAnswer): Origin<null> {
  if (answer.text === '') return foreignAnswer(answer, 'empty', 'there', `an empty answer (${answer.status})`);
  if (isMarkup(answer)) return webPage(answer);
  if (/^(text|application\/json)\b/.test(contentType(answer))) {
    return foreignAnswer(answer, 'otherService', 'unclear', 'a text where a file was asked for');
  }
  return { by: 'relay', own: null };
}

/** For any other answer: the relay's refusal, or somebody else's. */
export function refusalOrigin(answer: SeenAnswer): Origin<RelayRefusal> {
  const { status, text } = answer;
  if (status < 400) return redirect(answer);
  if (status === 511) return captivePortal(answer, 'it wants a log-in (511)');
  const cloudflare = CLOUDFLARE_STATUSES[status];
  if (cloudflare !== undefined) return foreignAnswer(answer, 'status', 'there', `Cloudflare answered ${status}: ${cloudflare}`);
  if (isMarkup(answer))
    return foreignAnswer(answer, 'page', isLocalFilter(answer) ? 'here' : 'there', `a web page with status ${status}`);
  if (status > 500 || INTERMEDIARY_STATUSES.has(status))
    return foreignAnswer(answer, 'status', 'there', `a gateway that says ${status}`);
  if (isOwnRefusal(answer)) return { by: 'relay', own: readRefusal(status, text) };
  const what = text.trim() === '' ? 'an empty answer' : 'the answer of another service';
  return foreignAnswer(answer, text.trim() === '' ? 'empty' : 'otherService', 'unclear', `${what} with status ${status}`);
}

function isOwnRefusal({ status, text, ...answer }: SeenAnswer): boolean {
  if (text === '') return status === 500;
  // Other servers written in Go end this line with a line break.
  if (status === 404 && text === '404 page not found') return true;
  const type = contentType(answer);
  if (type !== '' && !type.startsWith('application/json')) return false;
  const value = parseEnvelope(text);
  return value !== 'notJson' && value !== null && value.message !== 'success' && !GATEWAY_MESSAGES.has(value.message);
}

/** The relay's envelope; null = JSON of another shape. */
function parseEnvelope(text: string): { readonly message: string } | 'notJson' | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'notJson';
  }
  if (typeof value !== 'object' || value === null || !('message' in value) || typeof value.message !== 'string') return null;
  return Object.keys(value).every((key) => key === 'message' || key === 'data') ? { message: value.message } : null;
}

function contentType({ headers }: Pick<SeenAnswer, 'headers'>): string {
  return String(headers['content-type'] ?? '').toLowerCase();
}

function isMarkup(answer: SeenAnswer): boolean {
  if (/^(text\/html|application\/xhtml)/.test(contentType(answer))) return true;
  return /^\uFEFF?\s*(<!doctype|<html|<head|<body|<script|<meta|<\?xml|<!--)/i.test(answer.text);
}

function redirect(answer: SeenAnswer): Origin<never> {
  const target = redirectTarget(answer);
  if (target === null) return foreignAnswer(answer, 'redirect', 'unclear', `a redirect (${answer.status})`);
  if (target.hostname !== answer.url.hostname) return captivePortal(answer, `it sends every request to ${target.host}`);
  const text = `a redirect (${answer.status}) to ${target.origin}: the relay's address may have changed`;
  return foreignAnswer(answer, 'redirect', 'there', text);
}

function redirectTarget({ url, headers }: SeenAnswer): URL | null {
  const location = headers.location;
  if (typeof location !== 'string' || !URL.canParse(location, url.href)) return null;
  return new URL(location, url);
}

/** A network can replace an answer with its own page only if nothing proves where the answer came from. */
function webPage(answer: SeenAnswer): Origin<never> {
  if (answer.url.protocol === 'http:') return captivePortal(answer, 'it shows a web page instead');
  return foreignAnswer(answer, 'page', 'unclear', `a web page with status ${answer.status}`);
}

function captivePortal(answer: SeenAnswer, how: string): Origin<never> {
  // Over https, a redirect comes from the holder of the relay's certificate, unless this network intercepts TLS.
  const side = answer.url.protocol === 'http:' || answer.status === 511 ? 'here' : 'unclear';
  const hint = 'open any web page in a browser on this machine and log in';
  const message = `a captive portal (the log-in page of this network) answered in place of the relay: ${how}; ${hint}`;
  return { by: 'other', answer: { kind: 'portal', side, status: answer.status, message } };
}

/** Headers of filters in a home or company network. */
function isLocalFilter({ headers }: SeenAnswer): boolean {
  return ['x-squid-error', 'x-bluecoat-via', 'proxy-connection'].some((name) => headers[name] !== undefined);
}

function foreignAnswer(answer: SeenAnswer, kind: ForeignKind, side: FailureSide, what: string): Origin<never> {
  const who = what.startsWith('Cloudflare') ? what : `something in front of the relay answered, not the relay itself: ${what}`;
  return { by: 'other', answer: { kind, side, status: answer.status, message: who } };
}
