/** Asks the local relay what the real one was asked, and compares the answers to the recordings. */
import {
  answerBytes,
  type RecordedExchange,
  type RelayRoute,
  readRelayRecordings,
} from '../../../protocol/testing/relay-recordings.ts';
import { answerDifferences, type ComparedAnswer } from './answer-shape.ts';
import type { Answer } from './harness.ts';

export interface RecordedWalk {
  /** Compares an answer to the exchange with this name; if several have it, to the closest. */
  ask(route: RelayRoute, name: string, answer: Answer | Promise<Answer>): Promise<void>;
  isRecorded(route: RelayRoute, name: string): boolean;
  /** `route [name] difference`, in order of asking. */
  differences(): readonly string[];
  /** `route [name]` of every exchange to which nothing was compared. */
  unasked(): readonly string[];
}

export function recordedWalk(): RecordedWalk {
  const exchanges = new Map<string, RecordedExchange[]>();
  for (const recording of readRelayRecordings()) {
    for (const exchange of recording.exchanges) {
      const key = `${recording.key} [${exchange.name}]`;
      exchanges.set(key, [...(exchanges.get(key) ?? []), exchange]);
    }
  }
  const asked = new Set<string>();
  const found: string[] = [];
  return {
    async ask(route, name, answer) {
      const key = `${route} [${name}]`;
      const recorded = exchanges.get(key);
      if (recorded === undefined) throw new Error(`there is no recording of ${key}`);
      asked.add(key);
      const ours = comparedAnswer(await answer);
      const all = recorded.map((exchange) => answerDifferences(comparedExchange(exchange), ours));
      const nearest = all.reduce((best, next) => (next.length < best.length ? next : best));
      found.push(...nearest.map((difference) => `${key} ${difference}`));
    },
    isRecorded: (route, name) => exchanges.has(`${route} [${name}]`),
    differences: () => found,
    unasked: () => [...exchanges.keys()].filter((key) => !asked.has(key)),
  };
}

function comparedAnswer({ status, headers, text, json }: Answer): ComparedAnswer {
  return {
    status,
    contentType: headers['content-type'] ?? null,
    disposition: headers['content-disposition'] ?? null,
    body: text === '' ? null : isFile(headers['content-disposition']) ? 'a file' : (json ?? text),
  };
}

const isFile = (disposition: string | undefined | null) => disposition !== undefined && disposition !== null;

function comparedExchange(exchange: RecordedExchange): ComparedAnswer {
  const bytes = answerBytes(exchange);
  const { contentDisposition: disposition = null, contentType, status } = exchange;
  if (isFile(disposition)) return { status, contentType, disposition, body: 'a file' };
  const text = bytes === null ? '' : new TextDecoder().decode(bytes);
  return { status, contentType, disposition, body: text === '' ? null : parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
