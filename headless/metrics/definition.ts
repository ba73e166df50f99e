/** A metric: its name by Prometheus' rules, its labels, and how to read it from the facts of a scrape. */
import type { Durations } from '../../contract/metrics.ts';
import { formatCnxExact } from '../../protocol/money/wei.ts';
import type { Facts, NodeFacts } from './facts.ts';

export type Labels = Readonly<Record<string, string>>;

interface Sample<Value> {
  readonly labels: Labels;
  readonly value: Value;
}

interface MetricHeader {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

export type MetricDefinition = MetricHeader &
  (
    | { readonly type: 'gauge' | 'counter'; readonly read: (facts: Facts) => readonly Sample<number>[] }
    /** `bounds`: upper bounds of the buckets, in the metric's unit. */
    | {
        readonly type: 'histogram';
        readonly bounds: readonly number[];
        readonly read: (facts: Facts) => readonly Sample<Durations>[];
      }
  );

/** A node's value; null = unknown, so there is no sample. */
export type NodeValue = number | bigint | boolean | null;

/** One sample per node. This is the only place where wei become a float of CNX. */
export function perNode(read: (node: NodeFacts) => NodeValue | undefined): (facts: Facts) => Sample<number>[] {
  return perNodeLabelled((node) => {
    const value = read(node);
    return value === undefined ? [] : [[{}, value]];
  });
}

/** Several samples per node, distinguished by labels of their own. */
export function perNodeLabelled(
  read: (node: NodeFacts) => readonly (readonly [Labels, NodeValue | undefined])[],
): (facts: Facts) => Sample<number>[] {
  return ({ nodes }) =>
    nodes.flatMap((node) =>
      read(node).flatMap(([labels, value]) =>
        value === null || value === undefined
          ? []
          : [{ labels: { node: node.view.profile.id, ...labels }, value: toNumber(value) }],
      ),
    );
}

export function perNodeDurations(
  read: (node: NodeFacts) => readonly (readonly [Labels, Durations])[],
): (facts: Facts) => Sample<Durations>[] {
  return ({ nodes }) =>
    nodes.flatMap((node) => read(node).map(([labels, value]) => ({ labels: { node: node.view.profile.id, ...labels }, value })));
}

function toNumber(value: number | bigint | boolean): number {
  return typeof value === 'bigint' ? Number(formatCnxExact(value)) : Number(value);
}
