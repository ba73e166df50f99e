import { rmSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HostClient } from '../../contract/rpc-client.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { planData, planText } from './plan-text.ts';
import {
  apply,
  FILE,
  filesOf,
  keyOf,
  PASSPHRASE,
  PRESET,
  plantKeys,
  profiles,
  rig,
  startApplyRig,
  withParts,
  write,
} from './testing/apply-rig.ts';

beforeEach(startApplyRig);

describe('apply', () => {
  it('makes everything match the file, and has nothing to do the second time', async () => {
    plantKeys();
    const first = await apply(FILE);
    expect(first.steps.map(({ act, what, name }) => `${act} ${what} ${name}`)).toEqual([
      'add network nowhere',
      `add key ${addressOf(keyOf('1'))}`,
      `add key ${addressOf(keyOf('2'))}`,
      'change setting tariff',
      'change setting notify-payment',
      'change setting notify-slashed',
      'change setting telegram',
      'change setting telegram-chat',
      'change secret hub-token',
      'add node card-0',
      'add node card-1',
    ]);
    expect(profiles()).toMatchObject([
      // The network's minimum stake, from its preset.
      { name: 'card-0', address: addressOf(keyOf('1')), stakeWei: '1000000000000000000', autoStart: false },
      { name: 'card-1', address: addressOf(keyOf('2')), stakeWei: '2500000000000000000', autoStart: true },
    ]);
    expect(profiles().map(({ stakeWei, stakeWord }) => stakeWord?.stakeWei === stakeWei)).toEqual([true, true]);
    const settings = rig.app.parts.settings.get();
    expect(settings.costs.tariff).toBe('0.30');
    expect(settings.notifications).toMatchObject({ payment: true, slashed: false, nodeFailed: true });
    expect(settings.elsewhere.telegram).toMatchObject({ on: true, chatId: '@hosts_of_cards' });
    // The autoStart node was started, because the program is running.
    expect(rig.told.filter(({ type }) => type === 'start')).toHaveLength(1);

    const second = await apply(FILE);
    expect(second.steps).toEqual([]);
    expect(planText(second, { dryRun: false })).toBe('Nothing to do.');
    expect(planData(second, { dryRun: false })).toEqual({ changed: false, dryRun: false, steps: [], kept: [] });
  });

  it('writes no secret in clear text to the disk or to its output', async () => {
    plantKeys();
    const plan = await apply(FILE);
    const said = planText(plan, { dryRun: false }) + JSON.stringify(planData(plan, { dryRun: false }));
    const secrets = [keyOf('1').slice(2), keyOf('2').slice(2), PASSPHRASE];
    for (const secret of [...secrets, 'hf_planted']) expect(said).not.toContain(secret);
    const kept = filesOf(path.join(rig.folder, 'data'));
    for (const [, text] of kept) for (const secret of secrets) expect(text).not.toContain(secret);
    // apply's own record of a secret is a hash; the setting itself is stored where the program stores it.
    expect(kept.find(([name]) => name === 'applied.json')?.[1]).not.toContain('hf_planted');
  });

  it('changes nothing in a dry run, and shows the difference', async () => {
    plantKeys();
    const before = filesOf(path.join(rig.folder, 'data'));
    const plan = await apply(FILE, { dryRun: true });
    expect(filesOf(path.join(rig.folder, 'data'))).toEqual(before);
    const text = planText(plan, { dryRun: true });
    expect(text).toContain('~ setting tariff: none → 0.30\n');
    expect(text).toContain('+ node card-1\n    name: card-1\n    network: nowhere\n');
    expect(text).toContain('    stake: 2.5 CNX\n');
    expect(text).toMatch(/11 changes to make; nothing was done\.$/);
  });

  it('changes the fields that differ, and leaves fields that are not in the file alone', async () => {
    plantKeys();
    await apply(FILE);
    const [one] = profiles();
    if (one === undefined) throw new Error('no profile');
    const { id, createdMs: _created, stakeWord: _word, ...draft } = one;
    await rig.app.client.profiles.update({ id, draft: { ...draft, logLevel: 'debug', stakeWei: '7' } });
    const plan = await apply(FILE.replace('stake: 2.5', 'stake: 3').replace('autoStart: true', 'autoStart: false'));
    expect(plan.steps).toMatchObject([
      {
        ...{ what: 'node', act: 'change', name: 'card-1' },
        changes: [
          { field: 'stake', from: '2.5 CNX', to: '3 CNX' },
          { field: 'starts with the program', from: 'yes', to: 'no' },
          { field: 'stake is allowed', from: '2.5 CNX', to: '3 CNX' },
        ],
      },
    ]);
    expect(profiles()).toMatchObject([
      // Log level and stake are not in this node's entry, so they are kept, and the new stake is not allowed.
      { logLevel: 'debug', stakeWei: '7', stakeWord: { stakeWei: '1000000000000000000' } },
      { stakeWei: '3000000000000000000', stakeWord: { stakeWei: '3000000000000000000' } },
    ]);
  });

  it("resets a stake that was changed elsewhere, and allows only the file's amount", async () => {
    plantKeys();
    await apply(FILE);
    const { id, createdMs: _created, stakeWord: _word, ...draft } = profiles()[1] ?? expect.fail('no profile');
    await rig.app.client.profiles.update({ id, draft: { ...draft, stakeWei: '9000000000000000000' } });
    expect((await apply(FILE)).steps).toMatchObject([{ changes: [{ field: 'stake', from: '9 CNX', to: '2.5 CNX' }] }]);
    expect(profiles()[1]?.stakeWord?.stakeWei).toBe('2500000000000000000');
  });

  it('creates a key along with its node, only once', async () => {
    const file = FILE.replace('{ file: keys/0 }', '{ create: true }');
    plantKeys();
    await apply(file);
    const { address } = profiles()[0] ?? expect.fail('no profile');
    expect(rig.app.parts.keys.addresses()).toContain(address);
    expect((await apply(file)).steps).toEqual([]);
    expect(rig.app.parts.keys.addresses()).toHaveLength(2);
  });

  it('imports keystores and recovery words, each with its own passphrase', async () => {
    plantKeys();
    await apply(FILE);
    const { confirmation } = await rig.app.client.keys.prepareExport({ address: addressOf(keyOf('1')) });
    const order = { address: addressOf(keyOf('1')), confirmation, passphrase: 'foreign-passphrase' };
    write('keys/0', (await rig.app.client.keys.confirmExport(order)).json);
    write('keys/1', 'abandon abandon abandon abandon abandon abandon\nabandon abandon abandon abandon abandon about\n');
    write('foreign', 'foreign-passphrase\n');
    // The file names the key's address, so the keystore is not even opened.
    const keys = 'keys:\n  - { file: keys/0, passphrase: { file: foreign } }\n  - { file: keys/1 }\n';
    const plan = await apply(`version: 1\npassphrase: { file: passphrase }\n${keys}`);
    expect(plan.steps.map(({ name }) => name)).toEqual(['0x9858EfFD232B4033E47d90003D41EC34EcaEda94']);
  });

  it('sets a secret again if it changed, or if a new proxy lost its password', async () => {
    const file = 'version: 1\nsettings: { proxy: http://proxy.example:3128 }\nsecrets: { proxy-password: { file: secret } }\n';
    write('secret', 'first-secret\n');
    const names = async (text: string) => (await apply(text)).steps.map(({ name }) => name);
    expect(await names(file)).toEqual(['proxy', 'proxy-password']);
    expect(await names(file)).toEqual([]);
    write('secret', 'second-secret\n');
    expect(await names(file)).toEqual(['proxy-password']);
    expect(await names(file.replace('3128', '3129'))).toEqual(['proxy', 'proxy-password']);
    expect(rig.app.parts.secrets.view().proxyPassword).not.toBeNull();
  });

  it('changes nothing if part of the file cannot be satisfied, and lists every such part', async () => {
    plantKeys();
    rmSync(path.join(rig.folder, 'keys/0'));
    write('keys/1', 'no key');
    const text = FILE.replace('tariff: 0.30', 'tariff: cheap').replaceAll('network: nowhere', 'network: elsewhere');
    const error = await apply(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'HEADLESS_APPLY_WRONG',
      data: {
        problems: [
          expect.stringMatching(/^nodes\.yaml:16:10 nodes\[0\]\.key: .*keys.0 cannot be read: ENOENT/),
          expect.stringMatching(/^nodes\.yaml:21:10 nodes\[1\]\.key: not a recovery phrase/),
          expect.stringMatching(/^nodes\.yaml:6:11 settings\.tariff: (?!tariff)/),
        ],
      },
    });
    expect([profiles(), rig.app.parts.keys.addresses()]).toEqual([[], []]);
  });

  it('asks for another name for a new key, and another card for a new node', async () => {
    plantKeys();
    await apply(FILE);
    const clash = FILE.replace('keys/0', 'keys/2').replaceAll('vramGib: 8', 'vramGib: 8, uuids: [GPU-1]');
    write('keys/2', keyOf('3'));
    await expect(apply(clash)).rejects.toMatchObject({
      data: { problems: [expect.stringContaining('card-0 already exists with the key of')] },
    });
    await expect(apply(clash.replace('keys/2', 'keys/0'))).rejects.toMatchObject({
      data: { problems: [expect.stringContaining('nodes[1].gpu: GPU-1 is the card of card-0')] },
    });
  });

  it('refuses two nodes with the same key and network, whether or not they exist yet', async () => {
    plantKeys();
    write('keys/copy', keyOf('1'));
    const twice = FILE.replace('keys/1', 'keys/copy');
    const refusal = {
      code: 'HEADLESS_APPLY_WRONG',
      data: { problems: ['nodes.yaml:19:5 nodes[1]: card-1 has the key and network of nodes.yaml:14:5 nodes[0], card-0'] },
    };
    await expect(apply(twice)).rejects.toMatchObject(refusal);
    expect([profiles(), rig.app.parts.keys.addresses()]).toEqual([[], []]);
    await apply(FILE);
    await expect(apply(twice)).rejects.toMatchObject(refusal);
    // The name card-0 goes to a node whose key is created, and the key of card-0 to a node with another name.
    const made = FILE.replace('{ file: keys/1 }', '{ create: true }').replace('card-0', 'other').replace('card-1', 'card-0');
    await expect(apply(made)).rejects.toMatchObject({ code: 'HEADLESS_APPLY_WRONG' });
  });

  it('refuses the name of a node that is not in the file, and lets two nodes swap names', async () => {
    plantKeys();
    await apply(FILE);
    const swapped = FILE.replace('card-0', 'x').replace('card-1', 'card-0').replace('name: x', 'name: card-1');
    await apply(swapped);
    expect(profiles().map(({ name }) => name)).toEqual(['card-1', 'card-0']);
    const alone = swapped.slice(0, swapped.indexOf('  - name: card-0')).replace('card-1', 'card-0');
    await expect(apply(alone)).rejects.toMatchObject({
      code: 'HEADLESS_APPLY_REFUSED',
      data: { problems: ['nodes.yaml:14:11 nodes[0].name: a node that is not in the file is called card-0'] },
    });
  });

  it('refuses what no start would accept: a made-up card on a public network, and a network that is only announced', async () => {
    plantKeys();
    const text = FILE.replaceAll('network: nowhere', 'network: crynux-on-base').replaceAll('gpu:', 'engine: embedded\n    gpu:');
    await expect(apply(text)).rejects.toMatchObject({
      data: {
        problems: [
          'nodes.yaml:17:13 nodes[0].engine: no engine here that crynux-on-base accepts.',
          expect.stringMatching(/nodes\[1\]\.engine: no engine here/),
        ],
      },
    });
    write('nowhere.json', JSON.stringify({ ...PRESET, relayUrl: 'https://relay.example', comingSoon: { chainId: 7 } }));
    await expect(apply(FILE)).rejects.toMatchObject({
      data: {
        problems: [
          expect.stringContaining('nodes[0].network: Nowhere has no staking contracts yet'),
          expect.stringContaining('nodes[0].gpu: a made-up card can only be used in a network that runs on this machine'),
          expect.stringContaining('nodes[1].network'),
          expect.stringContaining('nodes[1].gpu'),
        ],
      },
    });
    expect(profiles()).toEqual([]);
  });

  it('says which step failed, keeps the earlier steps, and continues on the next run', async () => {
    plantKeys();
    write('nowhere.json', JSON.stringify({ ...PRESET, id: 'Nowhere' }));
    const text = FILE.replaceAll('network: nowhere', 'network: Nowhere');
    await expect(apply(text)).rejects.toMatchObject({
      code: 'HEADLESS_APPLY_FAILED',
      data: { step: 'add network Nowhere', code: 'NETWORK_PRESET_BAD', done: 0, of: 11 },
    });
    write('nowhere.json', JSON.stringify(PRESET));
    expect((await apply(FILE)).steps).toHaveLength(11);
  });

  it('stops between two steps when asked to, and says what it has done', async () => {
    plantKeys();
    const ending = new AbortController();
    const add: HostClient['networks']['add'] = async (order) => {
      // Like a signal, which is only delivered on the next turn of the event loop.
      setImmediate(() => ending.abort(new Error('ended by SIGTERM')));
      return rig.app.client.networks.add(order);
    };
    const { list, minimumStake } = rig.app.client.networks;
    const host = withParts({ networks: { list, minimumStake, add } });
    const plan = await apply(FILE, { host, signal: ending.signal });
    expect(plan).toMatchObject({ steps: [{ what: 'network' }], left: 10 });
    expect(planText(plan, { dryRun: false })).toMatch(/Interrupted: 1 of 11 changes made\. Apply the file again for the rest\.$/);
    expect([profiles(), rig.app.parts.keys.addresses()]).toEqual([[], []]);
    await expect(apply(FILE, { signal: ending.signal })).rejects.toThrow('ended by SIGTERM');
    expect((await apply(FILE)).steps).toHaveLength(10);
  });
});
