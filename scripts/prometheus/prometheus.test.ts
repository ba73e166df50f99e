/** The shipped rules and dashboard, checked against the program's metrics and with promtool. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { METRICS } from '../../headless/metrics/registry.ts';
import { findPromtool, promtoolProblem } from './promtool.ts';
import {
  asRules,
  dashboardExpressions,
  RULE_FILES,
  RULE_TESTS,
  RULES_FOLDER,
  readDashboard,
  readRules,
  testedAlerts,
  unknownNames,
} from './read-files.ts';

const promtool = findPromtool();
const records = readRules('recording.yml');
const alerts = readRules('alerts.yml');
const known = { metrics: METRICS, recorded: records.map(({ record }) => record ?? '') };

describe('the rules', () => {
  it('only use existing metrics', () => {
    expect(records.length * alerts.length).toBeGreaterThan(0);
    for (const { record, alert, expr } of [...records, ...alerts]) {
      expect([record ?? alert, unknownNames(expr, known)]).toEqual([record ?? alert, []]);
    }
    expect(unknownNames('rate(crynux_task_score_seconds[5m]) + node:crynux_none:sum + crynux_qos_score', known)).toEqual([
      'crynux_task_score_seconds',
      'node:crynux_none:sum',
    ]);
  });

  it('each have a test in which the alert fires', () => {
    const tested = testedAlerts();
    expect(alerts.map(({ alert }) => alert).filter((alert) => !tested.has(alert ?? ''))).toEqual([]);
  });

  it.skipIf(promtool === null)('are valid for promtool', () => {
    for (const file of RULE_FILES) {
      expect(
        promtoolProblem(promtool ?? '', ['check', 'rules', '--lint=all', '--lint-fatal', path.join(RULES_FOLDER, file)]),
      ).toBeNull();
    }
  });

  it.skipIf(promtool === null)('fire when they should, and only then', () => {
    expect(promtoolProblem(promtool ?? '', ['test', 'rules', path.join(RULES_FOLDER, RULE_TESTS)])).toBeNull();
    const folder = mkdtempSync(path.join(tmpdir(), 'rules-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync(RULES_FOLDER, folder, { recursive: true });
    const file = path.join(folder, 'alerts.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('crynux_relay_up == 0', 'crynux_relay_up == 2'));
    const tests = path.join(folder, RULE_TESTS);
    // One of them is enough, and quick.
    const text = readFileSync(tests, 'utf8');
    const [head = '', rest = ''] = text.split(/(?= {2}- name: a slash)/, 2);
    const one = rest === '' ? '' : (text.split(/(?= {2}- name: )/).find((part) => part.includes('CrynuxRelayAway')) ?? '');
    writeFileSync(tests, head + one);
    expect(promtoolProblem(promtool ?? '', ['test', 'rules', tests])).toContain('CrynuxRelayAway');
  });
});

describe('the dashboard', () => {
  const dashboard = readDashboard();
  const expressions = dashboardExpressions(dashboard);

  it('only uses existing metrics', () => {
    expect(expressions.length).toBeGreaterThan(30);
    for (const { of, expr } of expressions) expect([of, unknownNames(expr, known)]).toEqual([of, []]);
    for (const { name, query } of dashboard.templating.list) {
      expect([name, unknownNames(JSON.stringify(query), known)]).toEqual([name, []]);
    }
  });

  it('shows every metric except those that only alerts need', () => {
    const shown = expressions.map(({ expr }) => expr).join('\n') + records.map(({ expr }) => expr).join('\n');
    const left = METRICS.map(({ name }) => name).filter((name) => !shown.includes(name));
    expect(left).toEqual([
      'crynux_start_time_seconds',
      'crynux_disk_size_bytes',
      'crynux_node_ready',
      'crynux_node_key_locked',
      'crynux_node_figures_read',
      'crynux_payments_total',
      'crynux_stake_wanted_cnx',
      'crynux_engine_ready',
      'crynux_engine_info',
      'crynux_card_info',
      'crynux_card_read_timestamp_seconds',
    ]);
  });

  it('has panels with unique numbers', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.skipIf(promtool === null)('has expressions that promtool can read', () => {
    const check = (rules: string) => {
      const file = path.join(mkdtempSync(path.join(tmpdir(), 'dashboard-')), 'rules.yml');
      onTestFinished(() => rmSync(path.dirname(file), { recursive: true }));
      writeFileSync(file, rules);
      return promtoolProblem(promtool ?? '', ['check', 'rules', file]);
    };
    expect(check(asRules(expressions.map(({ expr }) => expr)))).toBeNull();
    expect(check(asRules(['sum by (node (up)']))).toContain('parse error');
  });
});
