/** Every metric of the program, and how a scrape is written as text. docs/fleet.md lists them. */
import { Counter, Gauge, Histogram, Registry, type RegistryContentType } from 'prom-client';
import type { Durations } from '../../contract/metrics.ts';
import type { Labels, MetricDefinition } from './definition.ts';
import type { Facts } from './facts.ts';
import { MONEY_METRICS } from './money-metrics.ts';
import { MACHINE_METRICS, STATE_METRICS, TASK_METRICS } from './node-metrics.ts';

const PROGRAM_METRICS: readonly MetricDefinition[] = [
  {
    name: 'crynux_build_info',
    type: 'gauge',
    help: 'The version of the program, and of the Node that runs it. Always 1.',
    labels: ['version', 'runtime', 'platform'],
    read: ({ version, runtime, platform }) => [{ labels: { version, runtime, platform }, value: 1 }],
  },
  {
    name: 'crynux_start_time_seconds',
    type: 'gauge',
    help: 'When the program started.',
    labels: [],
    read: ({ startedMs }) => [{ labels: {}, value: startedMs / 1_000 }],
  },
  {
    name: 'crynux_program_cpu_seconds_total',
    type: 'counter',
    help: 'Processor time of the program since it started, without its nodes.',
    labels: [],
    read: ({ cpuSeconds }) => [{ labels: {}, value: cpuSeconds }],
  },
  {
    name: 'crynux_program_resident_memory_bytes',
    type: 'gauge',
    help: 'Memory of the program, without its nodes.',
    labels: [],
    read: ({ residentBytes }) => [{ labels: {}, value: residentBytes }],
  },
  {
    name: 'crynux_disk_free_bytes',
    type: 'gauge',
    help: 'Free space on the file systems of the data directory and of the models.',
    labels: ['holds'],
    read: ({ volumes }) => volumes.map(({ holds, freeBytes }) => ({ labels: { holds }, value: freeBytes })),
  },
  {
    name: 'crynux_disk_size_bytes',
    type: 'gauge',
    help: 'The size of the file systems of crynux_disk_free_bytes.',
    labels: ['holds'],
    read: ({ volumes }) => volumes.map(({ holds, bytes }) => ({ labels: { holds }, value: bytes })),
  },
];

/** In the order of the page in docs/. */
export const METRICS: readonly MetricDefinition[] = [
  ...PROGRAM_METRICS,
  ...STATE_METRICS,
  ...TASK_METRICS,
  ...MONEY_METRICS,
  ...MACHINE_METRICS,
];

/** The text of a scrape, and its content type as negotiated. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** The better of the two formats that the reader accepts. */
export function formatOf(accept: string | undefined): 'openmetrics' | 'text' {
  return accept?.includes('application/openmetrics-text') === true ? 'openmetrics' : 'text';
}

/** Creates a new registry for each scrape, so that nothing remains of a node that is gone. */
export async function scrapeOf(facts: Facts, accept: string | undefined): Promise<Scrape> {
  const isOpen = formatOf(accept) === 'openmetrics';
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(isOpen ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE);
  for (const definition of METRICS) addMetric(registry, definition, facts);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function addMetric(registry: Registry<RegistryContentType>, definition: MetricDefinition, facts: Facts): void {
  const { name, help } = definition;
  const common = { name, help, labelNames: [...definition.labels], registers: [registry as Registry] };
  switch (definition.type) {
    case 'gauge': {
      const gauge = new Gauge(common);
      for (const { labels, value } of definition.read(facts)) gauge.set(labels, value);
      return;
    }
    case 'counter': {
      const counter = new Counter(common);
      for (const { labels, value } of definition.read(facts)) counter.inc(labels, value);
      return;
    }
    case 'histogram': {
      const { bounds, read } = definition;
      new CountedHistogram({ ...common, buckets: [...bounds] }, read(facts));
    }
  }
}

type Values = Awaited<ReturnType<Histogram['get']>>;

/** A histogram of values counted elsewhere; the library's own can only observe single values. */
class CountedHistogram extends Histogram {
  readonly #told: Values;

  constructor(
    options: ConstructorParameters<typeof Histogram>[0] & { readonly buckets: readonly number[] },
    samples: readonly { readonly labels: Labels; readonly value: Durations }[],
  ) {
    super(options);
    const { name, help, buckets } = options;
    const values = samples.flatMap(({ labels, value }) => valuesOf(name, buckets, labels, value));
    // The library types this as a number, but uses strings.
    const type = 'histogram' as unknown as Values['type'];
    this.#told = { name, help, type, aggregator: 'sum', collect: () => {}, values };
  }

  override async get(): Promise<Values> {
    return this.#told;
  }

  /** The registry prefers this method if it exists. */
  getForPromString(): Promise<Values> {
    return this.get();
  }
}

function valuesOf(name: string, bounds: readonly number[], labels: Labels, { counts, sum, count }: Durations): Values['values'] {
  const bucket = (le: number | string, value: number) => ({ metricName: `${name}_bucket`, labels: { ...labels, le }, value });
  return [
    ...bounds.map((bound, at) => bucket(bound, counts[at] ?? 0)),
    bucket('+Inf', count),
    { metricName: `${name}_sum`, labels: { ...labels }, value: sum },
    { metricName: `${name}_count`, labels: { ...labels }, value: count },
  ];
}
