import { useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { HostClient } from '../../../contract/rpc-client.ts';
import { errorOf } from '../../../contract/rpc-errors.ts';
import type { ErrorView } from '../../../contract/worker-channel.ts';
import { follow } from '../../rpc/follow.ts';
import { useApp, useNode } from '../../state/app-context.ts';
import { addNewer, addOlder, EMPTY_LOG, type LogList, type LogView } from './log-list.ts';

const PAGE_LINES = 500;

export interface LogState {
  readonly list: LogList;
  readonly error: ErrorView | null;
  readonly readingOlder: boolean;
  readOlder(): void;
}

/** The selected node's log, past and live. The host stores it, so the node does not have to run. */
export function useLog({ level, text, task }: LogView): LogState {
  const { host } = useApp();
  const { profile } = useNode();
  const profileId = profile.profile.id;
  const client = useStore(host.state, (state) => (state.kind === 'open' ? state.client : null));
  const [list, setList] = useState<LogList>(EMPTY_LOG);
  const [error, setError] = useState<ErrorView | null>(null);
  const [readingOlder, setReadingOlder] = useState(false);
  const current = useRef(list);
  current.current = list;

  useEffect(() => {
    setList(EMPTY_LOG);
    setError(null);
    if (client === null) return;
    let stale = false;
    const query = { profileId, level, text, task };
    // Subscribe first, so that no line is lost between the page and the live lines.
    const early: Parameters<typeof addNewer>[1][number][] = [];
    let read = false;
    const end = follow(host, {
      open: (open: HostClient, signal) => open.logs.watch(query, { signal }),
      apply({ lines }) {
        if (read) setList((was) => addNewer(was, lines));
        else early.push(...lines);
        return 'applied';
      },
    });
    client.logs.page({ ...query, limit: PAGE_LINES }).then(
      (page) => {
        if (stale) return;
        read = true;
        setList(addNewer(addOlder(EMPTY_LOG, page), early));
      },
      (thrown: unknown) => !stale && setError(errorOf(thrown)),
    );
    return () => {
      stale = true;
      end();
    };
  }, [client, host, profileId, level, text, task]);

  const readOlder = useCallback(() => {
    const [first] = current.current.lines;
    if (client === null || first === undefined || readingOlder || !current.current.more) return;
    setReadingOlder(true);
    client.logs
      .page({ profileId, level, text, task, limit: PAGE_LINES, before: first.cursor })
      .then(
        // The view was changed meanwhile; these lines do not belong to the new one.
        (page) => setList((was) => (was.lines[0] === first ? addOlder(was, page) : was)),
        (thrown: unknown) => setError(errorOf(thrown)),
      )
      .finally(() => setReadingOlder(false));
  }, [client, profileId, level, text, task, readingOlder]);
  return { list, error, readingOlder, readOlder };
}
