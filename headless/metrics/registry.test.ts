import { describe, expect, it } from 'vitest';
import { findPromtool, promtoolProblem } from '../../scripts/prometheus/promtool.ts';
import { METRICS, scrapeOf } from './registry.ts';
import { facts } from './testing/views.ts';

const OPEN = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5';
const promtool = findPromtool();

/** One line of a scrape: name, labels, value. */
function samplesOf(text: string) {
  return text.split('\n').flatMap((line) => {
    const found = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    return found === null ? [] : [{ name: found[1] ?? '', labels: found[2] ?? '', value: Number(found[3]) }];
  });
}

describe('a scrape', () => {
  it('has a sample of every metric if everything is known', async () => {
    const { contentType, text } = await scrapeOf(facts(), undefined);
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const names = new Set(samplesOf(text).map(({ name }) => name.replace(/_(?:bucket|sum|count)$/, '')));
    expect(METRICS.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  it('reports CNX as a number, never wei, and base units', async () => {
    const { text } = await scrapeOf(facts(), undefined);
    const numberOf = (name: string, label = '') =>
      samplesOf(text).find((sample) => sample.name === name && sample.labels.includes(label))?.value;
    expect(numberOf('crynux_earned_cnx', 'source="tasks"')).toBe(1.5);
    expect(numberOf('crynux_earned_cnx', 'source="emission"')).toBe(-1e-18);
    expect(numberOf('crynux_stake_wanted_cnx')).toBe(400);
    expect(numberOf('crynux_card_load_ratio')).toBe(0.5);
    expect(numberOf('crynux_card_memory_used_bytes')).toBe(512 * 1024 ** 2);
    expect(numberOf('crynux_last_task_timestamp_seconds')).toBe(1.5);
    expect(numberOf('crynux_request_seconds_bucket', 'to="chain",le="+Inf"')).toBe(11);
    expect(text).not.toMatch(/0{15}|0x[0-9a-f]/i);
  });

  it('has one series per state, and one of them is 1', async () => {
    const states = samplesOf((await scrapeOf(facts(), undefined)).text).filter(({ name }) => name === 'crynux_node_state');
    expect(states.filter(({ value }) => value === 1).map(({ labels }) => labels)).toEqual(['node="mine",state="waiting"']);
    expect(new Set(states.map(({ labels }) => labels)).size).toBe(states.length);
  });

  it('omits what is not known', async () => {
    const [node] = facts().nodes;
    if (node === undefined) throw new Error('there is a node');
    const view = { ...node.view, node: null, worker: { kind: 'stopped' as const } };
    const text = (await scrapeOf({ ...facts(), nodes: [{ ...node, view, metrics: null, minimumStakeWei: null }] }, undefined))
      .text;
    const names = new Set(samplesOf(text).map(({ name }) => name));
    for (const name of ['crynux_tasks_total', 'crynux_earned_cnx', 'crynux_stake_minimum_cnx', 'crynux_node_ready']) {
      expect(names).not.toContain(name);
    }
    expect(samplesOf(text)).toContainEqual({ name: 'crynux_node_figures_read', labels: 'node="mine"', value: 0 });
  });

  it('is OpenMetrics for readers that ask for it', async () => {
    const { contentType, text } = await scrapeOf(facts(), OPEN);
    expect(contentType).toContain('application/openmetrics-text; version=1.0.0');
    expect(text).toContain('# TYPE crynux_tasks counter');
    expect(text).toContain('crynux_tasks_total{node="mine",type="Llm",end="EndSuccess"} 3');
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    // Nothing of one format is left in the other.
    expect((await scrapeOf(facts(), undefined)).text).toContain('# TYPE crynux_tasks_total counter');
  });

  it.skipIf(promtool === null)('passes promtool without complaints', async () => {
    const { text } = await scrapeOf(facts(), undefined);
    expect(promtoolProblem(promtool ?? '', ['check', 'metrics'], text)).toBeNull();
    const wrong = text.replaceAll('crynux_last_task_timestamp_seconds', 'crynux_last_task_total');
    expect(promtoolProblem(promtool ?? '', ['check', 'metrics'], wrong)).toContain('crynux_last_task_total');
  });
});

describe('every metric', () => {
  it.each(METRICS.map((metric) => [metric.name, metric] as const))(
    '%s follows the naming rules',
    (name, { type, help, labels, read }) => {
      expect(name).toMatch(/^crynux_[a-z]+(?:_[a-z]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/^[A-Z].*\.$/);
      const allowed = new Set(labels);
      for (const sample of read(facts())) expect(Object.keys(sample.labels).filter((label) => !allowed.has(label))).toEqual([]);
    },
  );

  it('has a bounded set of labels: none of them is a task, hash, address or amount', () => {
    const known = ['account', 'card', 'driver', 'end', 'gpu', 'holds', 'kind', 'mode', 'name', 'network', 'node', 'on', 'part'];
    const labels = new Set(METRICS.flatMap((metric) => metric.labels));
    expect([...labels].sort()).toEqual([...known, 'phase', 'platform', 'runtime', 'source', 'state', 'to', 'type', 'version']);
  });
});
