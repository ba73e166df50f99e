import { describe, expect, it } from 'vitest';
import { parseNodesFile, type Variables } from './read-nodes-file.ts';

const NODE = `
version: 1
nodes:
  - name: card-0
    network: crynux-on-base
    key: { file: keys/0 }
`;

function read(text: string, variables: Variables = {}) {
  return parseNodesFile({ text, file: '/etc/crynux-node/nodes.yaml', variables });
}

function problemsOf(text: string, variables: Variables = {}): readonly string[] {
  try {
    read(text, variables);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'HEADLESS_APPLY_WRONG' });
    return (error as { data: { problems: readonly string[] } }).data.problems;
  }
}

describe('a nodes file', () => {
  it('takes addresses, amounts and times literally', () => {
    const { content, folder } = read(`${NODE}
    stake: 400.000000000000000001
  - name: card-1
    network: crynux-on-base
    key: { address: 0x3CDe23ef0FEc9eb6eff3cac54b475ceCF8AbF2C5 }
    autoStart: true
    gpu: { index: 1 }
    retention: { days: 30, resultsGib: 0.5 }
settings: { quiet-hours: 22:00-08:00, tariff: 0.30 }
`);
    expect(folder).toBe('/etc/crynux-node');
    expect(content.settings).toEqual({ 'quiet-hours': '22:00-08:00', tariff: '0.30' });
    expect(content.nodes).toMatchObject([
      { stake: '400.000000000000000001' },
      {
        key: { address: '0x3CDe23ef0FEc9eb6eff3cac54b475ceCF8AbF2C5' },
        autoStart: true,
        gpu: { index: 1 },
        retention: { days: 30, resultsGib: 0.5 },
      },
    ]);
  });

  it('says where each problem is', () => {
    expect(
      problemsOf(`version: 2
nodes:
  - name: card-0
    netwrok: crynux-on-base
    key: { file: keys/0, create: true }
    stake: much
    gpu: { index: one }
    autoStart: yes
  - name: card-0
    network: n
    key: {}
settings:
  tarif: 1
`),
    ).toEqual([
      'nodes.yaml:1:10 version: must be 1',
      'nodes.yaml:3:5 nodes[0].network: is missing',
      'nodes.yaml:4:14 nodes[0].netwrok: there is no such field',
      'nodes.yaml:5:10 nodes[0].key: must have exactly one of file, descriptor, credential, address, create',
      'nodes.yaml:6:12 nodes[0].stake: must be an amount of CNX, or minimum',
      'nodes.yaml:7:19 nodes[0].gpu.index: must be a whole number',
      'nodes.yaml:8:16 nodes[0].autoStart: must be true or false',
      'nodes.yaml:11:10 nodes[1].key: must have exactly one of file, descriptor, credential, address, create',
      'nodes.yaml:13:10 settings.tarif: there is no such field',
    ]);
  });

  it('says where the YAML is invalid, and where a key appears twice', () => {
    expect(problemsOf('version: 1\nnodes: [\n')).toEqual([expect.stringMatching(/^nodes\.yaml:3:1 /)]);
    expect(problemsOf('version: 1\nversion: 1\n')).toEqual([expect.stringMatching(/^nodes\.yaml:2:1 .*unique/)]);
  });

  it('refuses aliases that expand too far or refer to nothing', () => {
    const grown = Array.from({ length: 9 }, (_, at) => `k${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(', ')}]\n`);
    expect(problemsOf(`k0: &a0 [x]\n${grown.join('')}`)).toEqual([expect.stringMatching(/^nodes\.yaml: Excessive alias count/)]);
    expect(problemsOf('version: *nothing\n')).toEqual([expect.stringContaining('nothing')]);
  });

  it('shows no control characters or bidirectional marks from the file', () => {
    expect(problemsOf(`${NODE.replace('card-0', '"card\\e[2J"')}    models: ["a\u202eb", "a\\nb"]\n`)).toEqual([
      'nodes.yaml:4:11 nodes[0].name: must have no control characters',
      'nodes.yaml:7:14 nodes[0].models[0]: must have no control characters',
      'nodes.yaml:7:21 nodes[0].models[1]: must have no control characters',
    ]);
    expect(problemsOf('version: 1\n"no\\e[2Jfield": 1\n')).toEqual(['nodes.yaml:2:17 no\ufffd[2Jfield: there is no such field']);
  });

  it('refuses two nodes with the same name', () => {
    const second = '  - { name: card-0, network: crynux-on-rh, key: { create: true } }\n';
    expect(problemsOf(`${NODE.trimEnd()}\n${second}`)).toEqual(['nodes.yaml:7:13 nodes[1].name: another node is called card-0']);
  });

  it('substitutes values only inside texts, so that a value cannot add a field', () => {
    const text = NODE.replace('card-0', 'card-$(ordinal)').replace('keys/0', 'keys/$(ordinal)');
    expect(read(text, { ordinal: '3' }).content.nodes).toMatchObject([{ name: 'card-3', key: { file: 'keys/3' } }]);
    expect(problemsOf(text)).toEqual([
      'nodes.yaml:4:11 $(ordinal): give it a value with --set ordinal=…',
      'nodes.yaml:6:18 $(ordinal): give it a value with --set ordinal=…',
    ]);
    const odd = read(text, { ordinal: 'x, address: y' }).content.nodes[0];
    expect(odd?.key).toEqual({ file: 'keys/x, address: y' });
  });

  it('accepts no inline secrets', () => {
    expect(problemsOf('version: 1\npassphrase: secret-passphrase\nsecrets: { hub-token: hf_secret }\n').join()).not.toContain(
      'secret-',
    );
    expect(problemsOf('version: 1\nsecrets: { hub-token: hf_secret }\n')).toEqual([
      expect.stringMatching(/^nodes\.yaml:2:23 secrets\.hub-token: .*expected object/),
    ]);
  });
});
