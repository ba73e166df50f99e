import { fork } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressesOf } from '../../contract/chain-preset.ts';
import { systemClock } from '../system.ts';
import { startAnvil } from './anvil.ts';
import { anvilProgram } from './anvil-program.ts';
import { contractInterface } from './compiled.ts';
import { DEPLOYER_KEYS, deployContracts, devnetContracts } from './deploy.ts';
import { DevnetAccount } from './devnet-account.ts';
import { startDevnetChain } from './devnet-chain.ts';
import { CNX } from './testing/world.ts';

const clock = systemClock;
const RELAY = '0x00000000000000000000000000000000000000aa';
const NODE = '0x00000000000000000000000000000000000000bb';
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'crynux-anvil-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
/** A program in place of anvil. It can only report its pid through a file. */
async function impostor(code: string): Promise<string> {
  const file = path.join(folder, 'impostor.mjs');
  await writeFile(file, `#!${process.execPath}\n${code}\n`);
  await chmod(file, 0o755);
  return file;
}

describe('startAnvil', () => {
  it('is ready when it resolves, and gone after stop', async () => {
    const anvil = await startAnvil({ clock, chainId: 4242 });
    expect(await anvil.control.chainId()).toBe(4242);
    expect(await anvil.control.provider.getBlockNumber()).toBe(0);
    await anvil.stop();
    expect(isAlive(anvil.pid)).toBe(false);
    expect(await anvil.exited).toBe(0);
  });

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
  it.runIf(outside)('listens only on loopback', async () => {
    const anvil = await startAnvil({ clock, chainId: 4242 });
    const error = await new Promise((resolve) => connect(anvil.port, outside).once('error', resolve).once('connect', resolve));
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    await anvil.stop();
  });

  it('reports why it could not start', async () => {
    const first = await startAnvil({ clock, chainId: 4242 });
    await expect(startAnvil({ clock, chainId: 4242, port: first.port })).rejects.toMatchObject({
      code: 'DEVNET_CHAIN_NOT_STARTED',
      message: expect.stringContaining('in use'),
    });
    await first.stop();
    await expect(startAnvil({ clock, chainId: 4242, program: path.join(folder, 'nothing') })).rejects.toMatchObject({
      code: 'DEVNET_CHAIN_NOT_STARTED',
      message: expect.stringContaining('ENOENT'),
    });
    expect(() => anvilProgram({ name: 'sunos', arch: 'sparc' })).toThrow(
      expect.objectContaining({ code: 'DEVNET_CHAIN_NO_PROGRAM' }),
    );
  });

  it('gives up on a program that never gets ready, and ends it even if it ignores SIGTERM', async () => {
    const program = await impostor(
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('pid ' + process.pid);`,
    );
    const lines: string[] = [];
    const told = Promise.withResolvers<void>();
    const late = { ...clock, sleep: (ms: number, signal?: AbortSignal) => (ms === 77 ? told.promise : clock.sleep(ms, signal)) };
    const started = startAnvil({
      clock: late,
      chainId: 4242,
      program,
      readyTimeoutMs: 77,
      graceMs: 50,
      onLine: (line) => {
        lines.push(line);
        told.resolve();
      },
    });
    await expect(started).rejects.toMatchObject({ code: 'DEVNET_CHAIN_NOT_STARTED' });
    expect(isAlive(Number(lines[0]?.slice(4)))).toBe(false);
  });

  it('dies if its parent is killed', async () => {
    const child = fork(path.join(import.meta.dirname, 'testing', 'orphan-child.ts'), { execArgv: [] });
    const { pid } = await new Promise<{ pid: number }>((resolve) =>
      child.once('message', (message) => resolve(message as { pid: number })),
    );
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

describe('the devnet chain', () => {
  it('continues from its state file: contracts, stakes and balances are unchanged', async () => {
    const options = {
      clock,
      relayAddress: RELAY,
      statePath: path.join(folder, 'chain.json'),
      balances: [{ address: NODE, wei: 5n }],
    } as const;
    const first = await startDevnetChain({ ...options, minStakeWei: 7n * CNX });
    await first.addBalance(NODE, 2n);
    const genesis = await first.anvil.control.provider.getBlock(0);
    await first.stop();

    const second = await startDevnetChain({ ...options, blockTimeSeconds: 1 });
    const { provider } = second.anvil.control;
    expect(second.contracts).toEqual(devnetContracts('C26'));
    expect(await provider.getBalance(NODE)).toBe(7n);
    expect((await provider.getBlock(0))?.hash).toBe(genesis?.hash);
    const abi = contractInterface('C26', 'NodeStaking');
    const answer = await provider.call({ to: second.contracts.nodeStaking, data: abi.encodeFunctionData('getMinStakeAmount') });
    expect(abi.decodeFunctionResult('getMinStakeAmount', answer)).toEqual([7n * CNX]);
    await second.stop();
  });

  it('continues with the contracts that it was created with', async () => {
    const options = { clock, relayAddress: RELAY, statePath: path.join(folder, 'older.json') } as const;
    const first = await startDevnetChain({ ...options, generation: 'J26' });
    await first.createCredits(NODE, 3n);
    await first.stop();
    const second = await startDevnetChain(options);
    expect(second.contracts).toEqual(devnetContracts('J26'));
    expect(second.isNew).toBe(false);
    await second.stop();
  });

  it('finishes an interrupted deployment', async () => {
    const anvil = await startAnvil({ clock, chainId: 4242 });
    const deployer = new DevnetAccount(DEPLOYER_KEYS.C26, anvil.control);
    await anvil.control.setBalance(deployer.address, 10n * CNX);
    let sends = 0;
    const interrupted = {
      address: deployer.address,
      nonce: () => deployer.nonce(),
      send: (call: Parameters<DevnetAccount['send']>[0]) =>
        ++sends > 3 ? Promise.reject(new Error('cut off')) : deployer.send(call),
    };
    await expect(deployContracts({ generation: 'C26', deployer: interrupted, control: anvil.control })).rejects.toThrow(
      'cut off',
    );
    expect(await deployContracts({ generation: 'C26', deployer, control: anvil.control })).toBe(true);
    for (const address of addressesOf(devnetContracts('C26')))
      expect(await anvil.control.provider.getCode(address)).not.toBe('0x');
    const after = await deployer.nonce();
    expect(await deployContracts({ generation: 'C26', deployer, control: anvil.control })).toBe(false);
    expect(await deployer.nonce()).toBe(after);
    await anvil.stop();
  });

  it('refuses a chain with other content', async () => {
    const anvil = await startAnvil({ clock, chainId: 4242 });
    const deployer = new DevnetAccount(DEPLOYER_KEYS.C26, anvil.control);
    await anvil.control.setBalance(deployer.address, 10n * CNX);
    await deployer.send({ to: RELAY, data: '0x' });
    await expect(deployContracts({ generation: 'C26', deployer, control: anvil.control })).rejects.toMatchObject({
      code: 'DEVNET_CHAIN_BAD_STATE',
    });
    await anvil.stop();
  });
});
