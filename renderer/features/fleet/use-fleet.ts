import { useEffect, useMemo, useRef, useState } from 'react';
import { applyFleetUpdate, type Fleet } from '../../../contract/fleet-merge.ts';
import { follow } from '../../rpc/follow.ts';
import { useApp } from '../../state/app-context.ts';
import { type FleetLine, fleetLines } from './fleet-lines.ts';

export interface FleetState {
  /** Null before the first snapshot. */
  readonly fleet: Fleet | null;
  readonly lines: readonly FleetLine[];
}

/** The fleet, followed while someone is looking. The program batches bursts of changes, so each batch is one render. */
export function useFleet(): FleetState {
  const { host } = useApp();
  const [fleet, setFleet] = useState<Fleet | null>(null);
  useEffect(() => {
    let state: Fleet | null = null;
    return follow(host, {
      open: (client, signal) => client.fleet.watch({}, { signal }),
      apply(update) {
        const next = applyFleetUpdate(state, update);
        if (next === null) return 'gap';
        state = next;
        setFleet(next);
        return 'applied';
      },
    });
  }, [host]);
  const before = useRef<ReadonlyMap<string, FleetLine>>(new Map());
  const lines = useMemo(() => {
    const made = fleet === null ? [] : fleetLines(fleet, before.current);
    before.current = new Map(made.map((line) => [line.key, line]));
    return made;
  }, [fleet]);
  return { fleet, lines };
}
