import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseNodesFile } from '../../headless/apply/read-nodes-file.ts';
import { END_WITHIN_MS } from '../../headless/cli/commands/serve.ts';
import { SECRET_KEYS, SETTING_KEYS } from '../../headless/cli/commands/settings.ts';
import { CHART, copies, examples, sourceLine } from './chart.ts';
import { podProblems } from './pod-rules.ts';

// biome-ignore lint/suspicious/noExplicitAny: manifests are whatever helm renders from the chart
type Manifest = any;

const chartFile = (...parts: string[]) => readFileSync(path.join(CHART, ...parts), 'utf8');
const ajv = new Ajv({ allErrors: true, validateFormats: false });
const isValid = ajv.compile(JSON.parse(chartFile('values.schema.json')));
const defaults = parse(chartFile('values.yaml'));

/** As in helm: tables are merged, everything else is replaced. */
function merged(base: Manifest, over: Manifest): Manifest {
  const isTable = (value: Manifest) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isTable(base) || !isTable(over)) return over;
  const names = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(names.map((name) => [name, name in over ? merged(base[name], over[name]) : base[name]]));
}

function problemsOf(values: Manifest): string[] {
  return isValid(merged(defaults, values))
    ? []
    : (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

it.each([...copies()].map(([copy, source]) => [path.basename(copy), copy, source]))(
  '%s equals the one of this repository',
  (_, copy, source) => {
    expect(existsSync(copy) && readFileSync(copy, 'utf8') === readFileSync(source, 'utf8'), 'npm run helm:render').toBe(true);
  },
);

describe.each(examples())('the example $name', (example) => {
  const text = readFileSync(example.rendered, 'utf8');
  const manifests: Manifest[] = parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((manifest) => manifest !== null);
  const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
  const [set] = of('StatefulSet');
  const values = merged(defaults, parse(readFileSync(example.values, 'utf8')));
  const [container] = set.spec.template.spec.containers;

  it('is rendered from the current sources', () => {
    expect(text.split('\n', 1)[0], 'npm run helm:render').toBe(sourceLine(example));
  });

  it('has values that match the schema', () => {
    expect(problemsOf(values)).toEqual([]);
  });

  it('has pods that the profile "restricted" admits, without a secret in the environment and without a shell', () => {
    expect(podProblems(set.spec.template.spec)).toEqual([]);
  });

  it('gives each pod one card, its own volume, and only its own key', () => {
    expect(container.resources.limits[values.gpu.resource]).toBe(1);
    expect(set.spec.replicas).toBe(values.replicas);
    expect(set.spec.volumeClaimTemplates.map(({ metadata }: Manifest) => metadata.name)).toEqual(['store']);
    const keys = container.volumeMounts.filter(({ name }: Manifest) => name === 'keys');
    expect(keys.map(({ subPathExpr }: Manifest) => subPathExpr)).toEqual(['$(POD_NAME).key', '$(POD_NAME).passphrase']);
  });

  it('keeps volumes and models when the release is uninstalled', () => {
    expect(set.spec.persistentVolumeClaimRetentionPolicy).toEqual({ whenDeleted: 'Retain', whenScaled: 'Retain' });
    for (const claim of of('PersistentVolumeClaim')) expect(claim.metadata.annotations['helm.sh/resource-policy']).toBe('keep');
  });

  it('checks whether the program is alive and ready, and lets it finish its task before it ends', () => {
    expect(container.livenessProbe.httpGet.path).toBe('/livez');
    expect(container.readinessProbe.httpGet.path).toBe('/readyz');
    expect(container.startupProbe.httpGet.path).toBe('/livez');
    const grace = Number(container.args[container.args.indexOf('--grace') + 1]);
    expect(grace).toBe(values.drain.timeoutSeconds);
    expect(set.spec.template.spec.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(grace * 1_000 + END_WITHIN_MS);
  });

  it('allows ingress only from the reader of metrics, and egress only to name servers, the network and the API', () => {
    const [policy] = of('NetworkPolicy');
    expect(policy.spec.policyTypes).toEqual(['Ingress', 'Egress']);
    const ports = policy.spec.egress.flatMap(({ ports: open }: Manifest) => open.map(({ port }: Manifest) => port));
    expect(new Set(ports)).toEqual(new Set([53, 443, 6443]));
    expect(policy.spec.ingress.flatMap(({ ports: open }: Manifest) => open)).toEqual([
      { protocol: 'TCP', port: values.metrics.port },
    ]);
    // Addresses inside the cluster do not count as the internet.
    for (const { to } of policy.spec.egress) {
      const [block] = to.flatMap(({ ipBlock }: Manifest) => ipBlock ?? []);
      if (block?.except !== undefined) expect(block.except).toContain('169.254.0.0/16');
    }
  });

  it('may use leases of its namespace and nothing else', () => {
    expect(of('Role').flatMap(({ rules }) => rules)).toEqual([
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
    ]);
    expect(of('ClusterRole')).toEqual([]);
  });

  it('has a nodes file that the program accepts', () => {
    const [config] = of('ConfigMap');
    const { content } = parseNodesFile({ text: config.data['nodes.yaml'], file: 'nodes.yaml', variables: {} });
    expect(content.nodes).toHaveLength(1);
    expect(content.nodes[0]).toMatchObject({ key: { credential: 'crynux-key' }, network: values.node.network, autoStart: true });
  });
});

describe('the schema of the values refuses', () => {
  it.each([
    ['a misspelt name', { replica: 4 }, /must NOT have additional properties/],
    ['an incomplete node', { replicas: 1.5 }, /replicas must be integer/],
    ['the tag latest', { image: { tag: 'latest' } }, /image\/tag must NOT be valid/],
    ['an invalid digest', { image: { digest: 'sha256:12' } }, /image\/digest must match/],
    ['a model without its kind', { node: { models: ['qwen/qwen3-8b'] } }, /node\/models\/0 must match/],
    ['an amount with a unit', { node: { stake: '400 CNX' } }, /node\/stake must match/],
    ['a passphrase among the values', { keys: { passphrase: 'hunter2' } }, /keys must NOT have additional/],
    ['root', { user: 0 }, /user must be >= 1000/],
    ['no card', { gpu: { count: 0 } }, /gpu\/count must be >= 1/],
    ['a disruption budget of nothing', { podDisruptionBudget: { maxUnavailable: 0 } }, /maxUnavailable/],
    ['an unknown setting', { settings: { tarif: '0.3' } }, /settings property name must be valid/],
    ['a drain of a second', { drain: { timeoutSeconds: 1 } }, /timeoutSeconds must be >= 30/],
  ])('%s', (_what, values, problem) => {
    expect(problemsOf(values).join('\n')).toMatch(problem);
  });
});

describe('the settings of the chart', () => {
  it('are those of the program', () => {
    const { enum: names } = JSON.parse(chartFile('values.schema.json')).properties.settings.propertyNames;
    expect(new Set(names)).toEqual(new Set([...Object.keys(SETTING_KEYS), ...Object.keys(SECRET_KEYS)]));
  });

  it('are refused with an explanation if they are secrets', () => {
    const [, secrets = ''] = /range list (.*?) }}/.exec(chartFile('templates', '_helpers.tpl')) ?? [];
    expect(new Set(secrets.split(' ').map((name) => JSON.parse(name)))).toEqual(new Set(Object.keys(SECRET_KEYS)));
  });
});

describe('the rules for pods', () => {
  const [example] = examples();
  const spec = () => {
    const manifests = parseAllDocuments(readFileSync(example?.rendered ?? '', 'utf8')).map((document) => document.toJS());
    return manifests.find((manifest) => manifest?.kind === 'StatefulSet').spec.template.spec;
  };

  it.each([
    ['a folder of the machine', (pod: Manifest) => pod.volumes.push({ name: 'x', hostPath: { path: '/' } }), /hostPath/],
    ['the network of the machine', (pod: Manifest) => Object.assign(pod, { hostNetwork: true }), /namespace of the machine/],
    ['root', (pod: Manifest) => Object.assign(pod.securityContext, { runAsUser: 0 }), /as root/],
    ['no seccomp profile', (pod: Manifest) => delete pod.securityContext.seccompProfile, /seccomp/],
    [
      'a writable root file system',
      (pod: Manifest) => delete pod.containers[0].securityContext.readOnlyRootFilesystem,
      /written to/,
    ],
    ['capabilities', (pod: Manifest) => delete pod.containers[0].securityContext.capabilities, /capabilities/],
    ['a secret as a variable', (pod: Manifest) => pod.containers[0].env.push({ name: 'PASSPHRASE', value: 'x' }), /a secret/],
    [
      'a variable from a Secret',
      (pod: Manifest) => pod.containers[0].env.push({ name: 'A', valueFrom: { secretKeyRef: { name: 'x', key: 'y' } } }),
      /not a field/,
    ],
    ['a shell', (pod: Manifest) => pod.containers[0].args.unshift('/bin/sh'), /a shell/],
  ])('refuse %s', (_what, change, problem) => {
    const pod = spec();
    change(pod);
    expect(podProblems(pod).join('\n')).toMatch(problem);
  });
});
