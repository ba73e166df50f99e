import { readFileSync } from 'node:fs';
import { verifyMessage, Wallet } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, type Hex } from '../hex.ts';
import { canonicalJson } from './canonical-json.ts';
import { taskCommitment } from './commitment.ts';
import { addressOf, addressOfPublicKey, checksumAddress, publicKeyOf } from './keys.ts';
import { recoverRequestSigner, requestDigest, signRequest, verifyRequest } from './request-signature.ts';
import {
  CONNECT_WALLET_ACTION,
  recoverWalletSigner,
  signWalletMessage,
  verifyWalletMessage,
  walletMessage,
  withdrawAction,
} from './wallet-message.ts';

// RELAY_PROTOCOL 2.5
const KEY: Hex = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const ADDRESS = '0xd075aB490857256e6fc85d75d8315e7c9914e008';
const PUBLIC_KEY: Hex =
  '0x57c360de911edfd7002b179ed072d185bfa7116da4c4dfe991a24dfecb410ad4d22b74f8c010d8086a161b205563816fa05c054d062dde0aed77c48474f45e9b';
const bytes32 = (byte: string): Hex => `0x${byte.repeat(32)}`;

const DIAGNOSTIC = {
  node_address: ADDRESS,
  task_id_commitment: '0xabc123',
  task_args: 'prompt=hello;steps=20',
  error_type: 'TaskExecutionError',
  message: 'worker failed',
  stack_trace: 'Traceback: boom',
  gpu_count: 2,
  gpu_model: '2x NVIDIA GeForce RTX 4090',
  gpu_vram_mb: 24564,
  executor_mode: 'tensor_parallel',
};
const PYTHON_TRACE = { ...DIAGNOSTIC, stack_trace: 'File "<frozen importlib>" in <module>\na && b' };

const FACT_SHEET = [
  {
    name: 'S1',
    payload: { task_id: 1 },
    timestamp: 1692446475,
    digest: '0x6a013ab8b10d8cefecb75c812c37fd34d62f7d62d58a531d2ce44daeca2d99f4',
    signature:
      '0xdd78a14f5dcef6a57c5cfba8466baa1ac0ad2767e52eaf5a409895742e0475b4402acacaed2a2d7f158eac2f39849d653b45f207b0204858114cd38c415de5c700',
  },
  {
    name: 'S2',
    payload: DIAGNOSTIC,
    timestamp: 1784851234,
    digest: '0x7d5049ddcef13307dcd1050b8b198dd1f35f014129432efc77fda964aee674c8',
    signature:
      '0xaa9547f4d769763dfb39d86f5cd199faa7c899788ab7175a3adc6aa60a32cc1b528196c2d3a764748c99e977e66baa8706503576de45885215ce10185479528101',
  },
  {
    name: 'S3',
    payload: PYTHON_TRACE,
    timestamp: 1784851234,
    digest: '0x50f9b0e9c430a64c2b278b106a9bab5f278c504e17612af80fc9577244e13726',
    signature:
      '0x925d49863f60d6e8721bad659fc25365a0c050d55a07611d2db16de913bc5073651cc350c86f573c4ed9585fbb7d72a512b0bd3f2ba0aa692da9d41aaa0e9c7b00',
  },
  {
    name: 'S4',
    payload: { task_id_commitment: bytes32('11') },
    timestamp: 1700000000,
    digest: '0x5ef8c6400dc6d491da90b2fb3e53f904fee59a9a7631733980641c4274383bb6',
    signature:
      '0x3ff85b483ac282652ac4d3c58f6e991da01ba9c99a4808487ab8e7001076661871bb5fa3f789596b41636d1b2f508465a1c4236a3c7b2a433140576c2f9eb86e00',
  },
  {
    name: 'S5',
    payload: { address: ADDRESS },
    timestamp: 1700000000,
    digest: '0x2acafe0e85076d7fd2e7ecc678bb3fe31f4aa3243a050acaddae1179cc31e820',
    signature:
      '0xa11786f36cc2d1c5a19ec9267df301d37d6c15f91030a4646f5f1ff6a880006b116b58253b266cf35c10f5e8e884a0dfe230605e01373e63bfa622b6c3e63b0200',
  },
  {
    name: 'S6',
    payload: {
      task_id_commitment: bytes32('11'),
      nonce: bytes32('22'),
      task_args: '{"model":"qwen/qwen3-8b","messages":[{"role":"user","content":"1 < 2 & 3"}]}',
      task_type: 1,
      task_model_ids: ['base:qwen/qwen3-8b'],
      min_vram: 24,
      required_gpu: '',
      required_gpu_vram: 0,
      task_version: '3.0.0',
      task_size: 1,
      task_fee: '1000000000000000000',
    },
    timestamp: 1700000000,
    digest: '0x2f5e40ea825e187ed45e21b7eacfeadcd8f0f1c8330d242efc00bf763cc1364c',
    signature:
      '0x255093431293a1cbd3531bfdf64093f11f798cbc1e45dacc0e6e0fdcb6e193113111f284532ec461dd26a04ec0956b7ec286e55a668f9a941b3f414259815c8200',
  },
] as const;

describe('keys', () => {
  it('belong to the address and public key of the fact sheet', () => {
    expect(publicKeyOf(KEY)).toBe(PUBLIC_KEY);
    expect(addressOf(KEY)).toBe(ADDRESS);
    expect(addressOfPublicKey(PUBLIC_KEY)).toBe(ADDRESS);
  });

  it('spell addresses like ethers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        fc.pre(seed.some((byte) => byte !== 0) && seed[0] !== 0xff);
        const key = bytesToHex(seed);
        const { address } = new Wallet(key);
        expect(addressOf(key)).toBe(address);
        expect(checksumAddress(address.toLowerCase())).toBe(address);
      }),
      { numRuns: 20 },
    );
  });

  it.each([bytes32('00'), bytes32('ff'), '0x12'] as const)('refuse %s as a private key without repeating it', (key) => {
    expect(() => addressOf(key)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_HEX' }));
    expect(() => addressOf(key)).not.toThrowError(new RegExp(key));
  });
});

describe('request signatures', () => {
  it.each(FACT_SHEET)('match the fact sheet: $name', ({ payload, timestamp, digest, signature }) => {
    expect(bytesToHex(requestDigest(payload, timestamp))).toBe(digest);
    expect(signRequest({ payload, timestamp, privateKey: KEY })).toBe(signature);
    expect(recoverRequestSigner({ payload, timestamp, signature })).toBe(ADDRESS);
  });

  const vectors = JSON.parse(readFileSync(new URL('../vectors/signing.json', import.meta.url), 'utf8'));
  it.each<{ name: string; payload: unknown; canonical: string; timestamp: number; signature: string }>(vectors.cases)(
    'match the shared vectors: $name',
    ({ payload, canonical, timestamp, signature }) => {
      expect(canonicalJson(payload)).toBe(canonical);
      expect(signRequest({ payload, timestamp, privateKey: vectors.privateKey })).toBe(signature);
      expect(recoverRequestSigner({ payload, timestamp, signature })).toBe(vectors.address);
    },
  );

  const [, , { payload, timestamp, signature }] = FACT_SHEET;
  const verify = (changes: object) => () =>
    verifyRequest({ payload, timestamp, signature, nowSeconds: timestamp, expectedAddress: ADDRESS, ...changes });
  const withCode = (code: string) => expect.objectContaining({ code });

  it('are valid for 60 seconds on both sides of the clock', () => {
    for (const distance of [0, 60, -60]) expect(verify({ nowSeconds: timestamp + distance })()).toBe(ADDRESS);
    for (const distance of [61, -61]) {
      expect(verify({ nowSeconds: timestamp + distance })).toThrowError(withCode('PROTOCOL_STALE_TIMESTAMP'));
    }
  });

  it('give a different signer if anything was changed', () => {
    for (const changes of [
      { payload: { ...payload, gpu_count: 3 } },
      { timestamp: timestamp + 1 },
      { signature: `${signature.slice(0, -2)}01` },
      { expectedAddress: ADDRESS.toLowerCase() },
    ]) {
      expect(verify(changes)).toThrowError(withCode('PROTOCOL_BAD_SIGNATURE'));
    }
  });

  it.each([
    '',
    '0x',
    '0',
    signature.slice(2),
    signature.slice(0, -2),
    `${signature}00`,
    `${signature.slice(0, -2)}1b`,
    `0x${'00'.repeat(65)}`,
    `0x${'ff'.repeat(64)}00`,
    `0x${'zz'.repeat(65)}`,
  ])('with a wrong format are refused: %s', (bad) => {
    expect(verify({ signature: bad })).toThrowError(withCode('PROTOCOL_BAD_SIGNATURE'));
  });

  it('of the Python node are accepted only if the receiver is lenient', () => {
    const digest = requestDigest(payload, timestamp, 'python');
    expect(bytesToHex(digest)).toBe('0x04488bd0d30a9b1c05804cc59233070e7bd3aa9706b7c2e04322633f4dc5bf2f');
    const pythonSignature = new Wallet(KEY).signingKey.sign(digest);
    const text = `${pythonSignature.r}${pythonSignature.s.slice(2)}0${pythonSignature.yParity}`;
    expect(verify({ signature: text })).toThrowError(withCode('PROTOCOL_BAD_SIGNATURE'));
    expect(verify({ signature: text, lenient: true })()).toBe(ADDRESS);
    expect(verify({ lenient: true })()).toBe(ADDRESS);
    expect(verify({ signature: `${text.slice(0, -2)}00`, lenient: true, timestamp: timestamp + 1 })).toThrowError(
      withCode('PROTOCOL_BAD_SIGNATURE'),
    );
  });

  it('do not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 })), fc.nat(), (value, seconds) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        const signed = signRequest({ payload: value, timestamp: seconds, privateKey: KEY });
        expect(signRequest({ payload: reversed, timestamp: seconds, privateKey: KEY })).toBe(signed);
        expect(recoverRequestSigner({ payload: reversed, timestamp: seconds, signature: signed })).toBe(ADDRESS);
      }),
      { numRuns: 50 },
    );
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53])('are not made for the timestamp %s', (bad) => {
    expect(() => signRequest({ payload: {}, timestamp: bad, privateKey: KEY })).toThrowError(withCode('PROTOCOL_BAD_MESSAGE'));
  });
});

describe('task commitment', () => {
  it('matches the fact sheet', () => {
    expect(taskCommitment(bytes32('33'), bytes32('22'))).toBe(
      '0x162800b4e4708ddbddb022a21f7c94f6305aac59c40c703c2935f5359509c470',
    );
  });

  it('is lower-case whatever the case of its parts', () => {
    expect(taskCommitment(bytes32('AB'), bytes32('CD'))).toBe(taskCommitment(bytes32('ab'), bytes32('cd')));
  });

  it('refuses parts of a different length', () => {
    expect(() => taskCommitment('0x33', bytes32('22'))).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_HEX' }));
  });
});

describe('wallet messages', () => {
  const message = walletMessage({ action: CONNECT_WALLET_ACTION, address: ADDRESS, timestamp: 1700000000 });

  it('are four lines', () => {
    expect(message).toBe(`Crynux Relay\nAction: Connect Wallet\nAddress: ${ADDRESS}\nTimestamp: 1700000000`);
    const withdrawal = { amountWei: 10n ** 18n, address: ADDRESS, benefitAddress: '0xBe', network: 'base' };
    expect(withdrawAction(withdrawal)).toBe(`Withdraw 1000000000000000000 from ${ADDRESS} to 0xBe on base`);
  });

  it('are signed as wallets sign them', async () => {
    const signature = signWalletMessage(message, KEY);
    expect(signature).toBe(await new Wallet(KEY).signMessage(message));
    expect(verifyMessage(message, signature)).toBe(ADDRESS);
  });

  it('accept signatures with and without 0x, and v from 0 or 27', () => {
    const signature = signWalletMessage(message, KEY);
    const zeroBased = `${signature.slice(0, -2)}0${Number.parseInt(signature.slice(-2), 16) - 27}`;
    for (const text of [signature, signature.slice(2), zeroBased]) expect(recoverWalletSigner(message, text)).toBe(ADDRESS);
    for (const text of ['', '0x', `${signature.slice(0, -2)}1d`, `${signature.slice(0, -2)}02`]) {
      expect(() => recoverWalletSigner(message, text)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_SIGNATURE' }));
    }
  });

  it('are valid from 120 s in the past to 60 s in the future', () => {
    const request = { action: CONNECT_WALLET_ACTION, address: ADDRESS, timestamp: 1700000000 };
    const at = (nowSeconds: number) => () =>
      verifyWalletMessage({ ...request, signature: signWalletMessage(message, KEY), nowSeconds });
    for (const now of [1700000120, 1700000000, 1699999940]) expect(at(now)).not.toThrow();
    for (const now of [1700000121, 1699999939]) {
      expect(at(now)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_STALE_TIMESTAMP' }));
    }
    expect(() =>
      verifyWalletMessage({ ...request, action: 'Withdraw', signature: signWalletMessage(message, KEY), nowSeconds: 1700000000 }),
    ).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_SIGNATURE' }));
  });
});
