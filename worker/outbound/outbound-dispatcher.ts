/** All HTTP requests of this program to the internet pass here: directly, or through the host's proxy. */
import { Agent, Dispatcher, ProxyAgent } from 'undici';
import { type ProxyAddress, proxyUrlOf, shownProxy } from '../../contract/proxy.ts';
import { OutboundError } from './errors.ts';
import { type ProxyPolicy, type ProxySource, proxyPolicy } from './proxy-policy.ts';

export interface OutboundOptions {
  readonly policy: ProxyPolicy;
  /** For every connection, including those to a proxy. */
  readonly agent?: Agent.Options;
}

/** The policy from this process's environment. */
export function environmentPolicy(): ProxyPolicy {
  return proxyPolicy({ environment: process.env });
}

/**
 * Opens nothing before the first request. A request whose proxy cannot be used fails with an OutboundError, directly or
 * as the cause of undici's error. For a plain HTTP destination, the proxy gets the whole URL (absolute form); for all
 * others, it is asked for a tunnel (CONNECT).
 */
export class OutboundDispatcher extends Dispatcher {
  readonly #policy: ProxyPolicy;
  readonly #options: Agent.Options;
  readonly #agents = new Map<string, Dispatcher>();
  #ended = false;

  constructor({ policy, agent = {} }: OutboundOptions) {
    super();
    this.#policy = policy;
    this.#options = agent;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const choice = this.#policy.choose(new URL(String(options.origin)));
    if (choice.kind === 'unusable') throw choice.error;
    if (choice.kind === 'direct') return this.#agent('', () => new Agent(this.#options)).dispatch(options, handler);
    const { address } = choice;
    const agent = this.#agent(proxyUrlOf(address), () => this.#proxyAgent(address));
    return agent.dispatch(options, new ProxiedHandler(handler, choice));
  }

  override async close(callback?: () => void): Promise<void> {
    await this.#end('close');
    callback?.();
  }

  override async destroy(error?: Error | null | (() => void), callback?: () => void): Promise<void> {
    await this.#end('destroy');
    (typeof error === 'function' ? error : callback)?.();
  }

  async #end(how: 'close' | 'destroy'): Promise<void> {
    this.#ended = true;
    await Promise.all([...this.#agents.values()].map((agent) => agent[how]()));
  }

  #agent(key: string, make: () => Dispatcher): Dispatcher {
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const agent = make();
    this.#agents.set(key, agent);
    // undici itself refuses requests after the end.
    if (this.#ended) void agent.destroy();
    return agent;
  }

  #proxyAgent(address: ProxyAddress): ProxyAgent {
    const { username, password } = address;
    const { connect, ...agent } = this.#options;
    const limits = typeof connect === 'object' ? { requestTls: connect, ...timeoutOf(connect.timeout) } : {};
    // TLS options for a SOCKS proxy would make undici use TLS with the proxy itself.
    if (address.scheme === 'socks5') return new ProxyAgent({ ...agent, ...limits, uri: proxyUrlOf(address) });
    const anonymous = username === '' && password === '';
    return new ProxyAgent({
      ...agent,
      ...limits,
      ...(typeof connect === 'object' ? { proxyTls: timeoutOf(connect.timeout, 'timeout') } : {}),
      uri: proxyUrlOf({ ...address, username: '', password: '' }),
      ...(anonymous ? {} : { token: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }),
    });
  }
}

function timeoutOf(ms: number | null | undefined, name = 'connectTimeout'): Record<string, number> {
  return ms == null ? {} : { [name]: ms };
}

/** Distinguishes failures of the proxy from those of the destination. */
class ProxiedHandler implements Dispatcher.DispatchHandler {
  readonly #inner: Dispatcher.DispatchHandler;
  readonly #source: ProxySource;
  readonly #shown: string;
  /** After a refusal, the rest of the answer is discarded. */
  #failed = false;

  constructor(inner: Dispatcher.DispatchHandler, { source, address }: { source: ProxySource; address: ProxyAddress }) {
    this.#inner = inner;
    this.#source = source;
    this.#shown = shownProxy(address);
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#inner.onRequestStart?.(controller, context);
  }

  onRequestUpgrade(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>): void {
    if (!this.#failed) this.#inner.onRequestUpgrade?.(...args);
  }

  onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    if (!this.#failed) this.#inner.onResponseStart?.(...args);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#failed) this.#inner.onResponseData?.(controller, chunk);
  }

  onResponseEnd(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    if (!this.#failed) this.#inner.onResponseEnd?.(...args);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#inner.onResponseError?.(controller, this.#told(error));
  }

  #told(error: Error): Error {
    const { code = '' } = error as { code?: string };
    const place = `${this.#shown} (${this.#source === 'settings' ? 'from the settings' : this.#source})`;
    const source = this.#source;
    const status = /^Proxy (?:response|Authentication Required) \((\d+)\)/.exec(error.message)?.[1];
    if (status !== undefined) {
      const text = `the proxy ${place} answered ${status}`;
      return new OutboundError('PROXY_REFUSED', text, { source, status: Number(status) }, { cause: error });
    }
    if (/socks/i.test(code) || /socks5/i.test(error.message)) {
      const text = `the proxy ${place} refused: ${error.message}`;
      return new OutboundError('PROXY_REFUSED', text, { source }, { cause: error });
    }
    if (!NO_CONNECTION.has(code)) return error;
    return new OutboundError('PROXY_UNREACHABLE', `the proxy ${place}: ${error.message || code}`, { source }, { cause: error });
  }
}

/** If there is a proxy, nothing but the proxy is connected to. */
const NO_CONNECTION: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_PRX_CONN',
  'UND_ERR_PRX_TLS',
]);
