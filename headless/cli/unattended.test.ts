import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { HostError } from '../../host/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import { CREDENTIAL, readPassphrases, unlockFor } from './unattended.ts';

const ONE: Hex = `0x${'Aa'.repeat(20)}`;
const TWO: Hex = `0x${'bB'.repeat(20)}`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'credentials-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);

/** A keystore in memory that records which passphrase opens which key. */
function keystore(passphrases: Readonly<Record<Hex, string>>, unlocked: readonly Hex[] = []) {
  const opened: Hex[] = [];
  const view = (address: Hex) => ({
    ...{ address, store: 'keystore' as const, createdMs: 1, backedUp: true, imported: false, archived: false },
    unlocked: unlocked.includes(address) || opened.includes(address),
  });
  return {
    opened,
    list: async () => Object.keys(passphrases).map((address) => view(address as Hex)),
    async unlock({ address, passphrase }: { readonly address: string; readonly passphrase: string }) {
      if (passphrases[address as Hex] !== passphrase) throw new HostError('KEY_WRONG_PASSPHRASE', 'not this one');
      opened.push(address as Hex);
      return view(address as Hex);
    },
  };
}

describe('a program that starts unattended', () => {
  it('unlocks each key with its own credential, or else with the shared one', async () => {
    write(CREDENTIAL, '\ufeffthe one for all\r\n');
    write(`${CREDENTIAL}-${ONE.toLowerCase()}`, 'of the first\nand no second line');
    const passphrases = await readPassphrases({ descriptor: null, credentialsDir: folder });
    const keys = keystore({ [ONE]: 'of the first', [TWO]: 'the one for all' });
    expect(await unlockFor([ONE, TWO], { keys, passphrases })).toEqual([
      { address: ONE, error: null },
      { address: TWO, error: null },
    ]);
  });

  it('unlocks them with the passphrase from a descriptor', async () => {
    write('pass', 'from a descriptor\n');
    const descriptor = openSync(path.join(folder, 'pass'), 'r');
    const passphrases = await readPassphrases({ descriptor, credentialsDir: undefined });
    const keys = keystore({ [ONE]: 'from a descriptor' });
    await unlockFor([ONE], { keys, passphrases });
    expect(keys.opened).toEqual([ONE]);
  });

  it('leaves keys alone that no node needs, that are unlocked, or that it has no passphrase for', async () => {
    write(CREDENTIAL, 'x');
    const keys = keystore({ [ONE]: 'x', [TWO]: 'x' }, [TWO]);
    const passphrases = await readPassphrases({ descriptor: null, credentialsDir: folder });
    expect(await unlockFor([TWO], { keys, passphrases })).toEqual([]);
    const none = await readPassphrases({ descriptor: null, credentialsDir: undefined });
    expect(await unlockFor([ONE, TWO], { keys, passphrases: none })).toEqual([]);
    expect(keys.opened).toEqual([]);
  });

  it('reports a wrong or unreadable passphrase without repeating it, and unlocks the others', async () => {
    write(CREDENTIAL, 'mistyped');
    write(`${CREDENTIAL}-${ONE.toLowerCase()}`, '');
    const passphrases = await readPassphrases({ descriptor: null, credentialsDir: folder });
    const keys = keystore({ [ONE]: 'right', [TWO]: 'right' });
    const results = await unlockFor([ONE, TWO], { keys, passphrases });
    expect(results.map(({ error }) => error?.code)).toEqual(['HEADLESS_NO_PASSPHRASE', 'KEY_WRONG_PASSPHRASE']);
    expect(JSON.stringify(results)).not.toContain('mistyped');
  });
});
