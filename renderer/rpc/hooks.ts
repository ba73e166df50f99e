/** Calls from components: reads for display, and acts on a click. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { HostClient, NodeClient } from '../../contract/rpc-client.ts';
import { errorOf } from '../../contract/rpc-errors.ts';
import type { ErrorView } from '../../contract/worker-channel.ts';
import { useAlive, useApp, useNode } from '../state/app-context.ts';
import type { Link } from './link.ts';

/** `value` is kept while it is read again, so that nothing jumps. */
export interface Loaded<Value> {
  readonly value: Value | null;
  readonly error: ErrorView | null;
  readonly loading: boolean;
  reload(): void;
  /** Cancels the current read; the previous value stays. */
  cancel(): void;
}

type Read<Client, Value> = (client: Client, signal: AbortSignal) => Promise<Value>;

function useRead<Client, Value>(link: Link<Client>, read: Read<Client, Value>, key: string, wanted = true): Loaded<Value> {
  const state = useStore(link.state);
  const client = state.kind === 'open' && wanted ? state.client : null;
  const [round, setRound] = useState(0);
  const [shown, setShown] = useState<{ key: string; value: Value | null; error: ErrorView | null; loading: boolean }>({
    key,
    value: null,
    error: null,
    loading: true,
  });
  const latest = useRef(read);
  latest.current = read;
  const reading = useRef<AbortController | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` and `round` say when to read again.
  useEffect(() => {
    if (client === null) return;
    const stop = new AbortController();
    reading.current = stop;
    setShown((was) => ({ key, value: was.key === key ? was.value : null, error: null, loading: true }));
    latest.current(client, stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) setShown({ key, value, error: null, loading: false });
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setShown((was) => ({ ...was, error: errorOf(error), loading: false }));
      },
    );
    return () => stop.abort();
  }, [client, key, round]);
  const reload = useCallback(() => setRound((was) => was + 1), []);
  const cancel = useCallback(() => {
    reading.current?.abort();
    setShown((was) => ({ ...was, loading: false }));
  }, []);
  const fits = shown.key === key && wanted;
  return { value: fits ? shown.value : null, error: fits ? shown.error : null, loading: !fits || shown.loading, reload, cancel };
}

/** Reads from the host; read again when `key` changes, after a reconnect, and by `reload`. */
export function useHostRead<Value>(key: string, read: Read<HostClient, Value>): Loaded<Value> {
  return useRead(useApp().host, read, key);
}

/** Reads from the selected node, or from its records if it is not running; see {@link useHostRead}. */
export function useNodeRead<Value>(key: string, read: Read<NodeClient, Value>): Loaded<Value> {
  const { session } = useNode();
  return useRead(session.link, read, `${session.profileId} ${key}`);
}

/** Reads what only a running node can answer; returns nothing if it is not running. */
export function useLiveRead<Value>(key: string, read: Read<NodeClient, Value>): Loaded<Value> {
  const { session } = useNode();
  return useRead(session.link, read, `${session.profileId} ${key}`, useAlive());
}

export interface Act<Input extends readonly unknown[], Value> {
  /** Null: it failed, and `error` says why. */
  run(...input: Input): Promise<Value | null>;
  readonly busy: boolean;
  readonly error: ErrorView | null;
  clear(): void;
}

/** Something done on a click. */
export function useAct<Input extends readonly unknown[], Value>(act: (...input: Input) => Promise<Value>): Act<Input, Value> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView | null>(null);
  const latest = useRef(act);
  latest.current = act;
  const run = useCallback(async (...input: Input) => {
    setBusy(true);
    setError(null);
    try {
      return await latest.current(...input);
    } catch (thrown) {
      setError(errorOf(thrown));
      return null;
    } finally {
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setError(null), []);
  return { run, busy, error, clear };
}

export interface CancellableAct<Input extends readonly unknown[], Value> extends Act<Input, Value> {
  /** Tells the callee that the result is no longer wanted. */
  cancel(): void;
}

/** The same for long acts: `act` passes the signal on, and a cancelled act is not an error. */
export function useCancellableAct<Input extends readonly unknown[], Value>(
  act: (signal: AbortSignal, ...input: Input) => Promise<Value>,
): CancellableAct<Input, Value | null> {
  const stop = useRef<AbortController | null>(null);
  const plain = useAct(async (...input: Input) => {
    const controller = new AbortController();
    stop.current = controller;
    try {
      return await act(controller.signal, ...input);
    } catch (error) {
      if (controller.signal.aborted) return null;
      throw error;
    }
  });
  const cancel = useCallback(() => stop.current?.abort(), []);
  return { ...plain, cancel };
}

/** Reads again every `everyMs`, and when `change` changes. */
export function useRefresh({ reload }: { reload(): void }, everyMs: number, change: unknown = null): void {
  useEffect(() => {
    const timer = setInterval(reload, everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  const before = useRef(change);
  useEffect(() => {
    if (before.current === change) return;
    before.current = change;
    reload();
  }, [change, reload]);
}
