/** The shipped rules and dashboard, and every expression in them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { MetricDefinition } from '../../headless/metrics/definition.ts';

const BUILD = path.resolve(import.meta.dirname, '..', '..', 'build');
export const RULES_FOLDER = path.join(BUILD, 'prometheus');
export const RULE_FILES = ['recording.yml', 'alerts.yml'] as const;
export const RULE_TESTS = 'alerts.test.yml';
const DASHBOARD = path.join(BUILD, 'grafana', 'crynux-nodes.json');

const ruleSchema = z.object({ record: z.string().optional(), alert: z.string().optional(), expr: z.string() });
const rulesSchema = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(ruleSchema) })) });
type Rule = z.output<typeof ruleSchema>;

export function readRules(file: (typeof RULE_FILES)[number]): readonly Rule[] {
  return rulesSchema.parse(parse(readFileSync(path.join(RULES_FOLDER, file), 'utf8'))).groups.flatMap(({ rules }) => rules);
}

const testsSchema = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })).default([]),
    }),
  ),
});

/** Alerts that a test makes fire. */
export function testedAlerts(): ReadonlySet<string> {
  const { tests } = testsSchema.parse(parse(readFileSync(path.join(RULES_FOLDER, RULE_TESTS), 'utf8')));
  const seen = tests.flatMap(({ alert_rule_test }) => alert_rule_test).filter(({ exp_alerts }) => exp_alerts.length > 0);
  return new Set(seen.map(({ alertname }) => alertname));
}

const dashboardSchema = z.object({
  panels: z.array(z.object({ id: z.number(), title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) })),
  annotations: z.object({ list: z.array(z.object({ name: z.string(), expr: z.string() })) }),
  templating: z.object({ list: z.array(z.object({ name: z.string(), query: z.unknown() })) }),
});
type Dashboard = z.output<typeof dashboardSchema>;

export function readDashboard(): Dashboard {
  return dashboardSchema.parse(JSON.parse(readFileSync(DASHBOARD, 'utf8')));
}

/** Every expression of the dashboard with its panel; Grafana's variables are replaced like Grafana does. */
export function dashboardExpressions({
  panels,
  annotations,
}: Dashboard): readonly { readonly of: string; readonly expr: string }[] {
  const own = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ of: title, expr })));
  const all = [...own, ...annotations.list.map(({ name, expr }) => ({ of: name, expr }))];
  return all.map(({ of, expr }) => ({ of, expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$[a-z]+/g, '.*') }));
}

/** A rules file for promtool, with a rule for each expression. */
export function asRules(expressions: readonly string[]): string {
  const rules = expressions.map((expr, at) => ({ record: `expression:${at}`, expr }));
  return JSON.stringify({ groups: [{ name: 'expressions', rules }] });
}

/** Series names in an expression that are neither metrics nor made by a recording rule. */
export function unknownNames(
  expr: string,
  { metrics, recorded }: { readonly metrics: readonly MetricDefinition[]; readonly recorded: readonly string[] },
): string[] {
  const ends = (metric: MetricDefinition) => (metric.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']);
  const known = new Set([...metrics.flatMap((metric) => ends(metric).map((end) => metric.name + end)), ...recorded]);
  const names = expr.match(/[a-z]+:crynux_\w+:\w+|\bcrynux_\w+/g) ?? [];
  return names.filter((name) => !known.has(name));
}
