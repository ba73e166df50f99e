import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, type Hex } from '../hex.ts';
import { publicKeyOf } from '../signing/keys.ts';
import { proveVrf, verifyVrf, vrfOutputs } from './ecvrf.ts';
import { isSampled, SAMPLING_MODULUS } from './sampling.ts';

const RELAY_KEY: Hex = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const CHAIN_KEY: Hex = '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a';
const seedOf = (text: string): Hex => bytesToHex(sha256(new TextEncoder().encode(text)));

interface Vector {
  readonly name: string;
  readonly key: Hex;
  readonly alpha: Hex;
  readonly proof: Hex;
  readonly output: Hex;
}

/** RELAY_PROTOCOL 5.5 and CHAIN_PROTOCOL 5. */
const VECTORS: readonly Vector[] = [
  {
    name: 'V1',
    key: '0xc9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
    alpha: '0x73616d706c65',
    proof:
      '0x031f4dbca087a1972d04a07a779b7df1caa99e0f5db2aa21f3aecc4f9e10e85d08748c9fbe6b95d17359707bfb8e8ab0c93ba0c515333adcb8b64f372c535e115ccf66ebf5abe6fadb01b5efb37c0a0ec9',
    output: '0x612065e309e937ef46c2ef04d5886b9c6efd2991ac484ec64a9b014366fc5d81',
  },
  {
    name: 'V2',
    key: RELAY_KEY,
    alpha: seedOf('seed-0'),
    proof:
      '0x02c57e8ac361867cc08bf96bb3fe59fc00003e55f4e6bbf0aceee4a1f5ab20680e1a00d8b23cabe9785f03ffd5d790526f55f4b75ea62155710e6b239ffc8668d3b8880b819df9e6ac8721d14a6cc3ac8e',
    output: '0xbb4480559a9b888d4657cfe056608ffb3c5057685718b22c264336500b1229a3',
  },
  {
    name: 'V3',
    key: RELAY_KEY,
    alpha: seedOf('seed-57'),
    proof:
      '0x03acf5bf4dc485eb39f07b1d6ba59ca1a919e930e603a3525d4499139c2cf5ac2c572f31e7b7fcffffb13deee5fd103c9f030b80c18d60512a915bd80aff776194895673804f5919dd273d3e3e607e800e',
    output: '0x2179e0821ad45078f50bda34e2eaa8025fdbf4bfc8905632e26fb22f3d21aabc',
  },
  {
    name: 'chain, found at counter 0',
    key: CHAIN_KEY,
    alpha: '0x97a158587371ba522d552a5af9a8819a81689dc53ae259bd7df36a10a17532ff',
    proof:
      '0x03c82248f36116650411e7d654da23663036ffba4bc30f4b7fa345e0d3c7a8d58f0119578bee6b649dd38b8bc69bbf8852b6c2dea2df2add9b2e612f8a868d08177dfd4834a05ed79822afe3ef29b58c71',
    output: '0x55e781acd8d75790a4c2be6e6cd5a3549922164c55932f4e4936e1d96e46d3d6',
  },
  {
    name: 'chain, found at counter 2',
    key: CHAIN_KEY,
    alpha: '0x75994022d7319ad1cebdc27db4bc145454bfe86b6a1ba0821e54b53e0debdcc3',
    proof:
      '0x024cf584105cb907b29646a00ce49448e44d8c4d532bec87780a40b330899084f18e2a74d10061c8ed810d09b2dd573057432ef310fa032508ff12193ba31662bbddc50a90eb8f51563a4a4dd6ca444ee1',
    output: '0x2c94fdbcfaf52da790619300475d48bce36c62c38c55af0a56e1f3c09c9d7bae',
  },
  {
    name: 'chain, found at counter 1',
    key: CHAIN_KEY,
    alpha: '0xa8c7b29ad2f206b919da2c8d54e0d2c8b8ec8dacee19804bc67a5cac808f9d08',
    proof:
      '0x03b2e4d81e8d8232ac1a52785609578609756ff2de06585e65b3ab8cdd78145d6c56b9bbc05883052e866dc6c7cc2f2140560c272173c1f817feaf8b8286da9cb7bf4245b1ce1cdae3c0798bce4f5472c4',
    output: '0xc71eb5d356eff562b832547632bc24da9a513746da4e0ae1c12ed9811d4726f2',
  },
];

describe('ECVRF', () => {
  it.each(VECTORS)('proves and verifies $name', ({ key, alpha, proof, output }) => {
    expect(proveVrf(key, alpha)).toEqual({ proof, output });
    expect(vrfOutputs(key)(alpha)).toBe(output);
    expect(verifyVrf({ publicKey: publicKeyOf(key), alpha, proof })).toEqual({ valid: true, output });
  });

  const keys = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .filter((bytes) => bytes[0] !== 0xff && bytes.some((byte) => byte !== 0))
    .map(bytesToHex);
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytesToHex);

  it('verifies what it proves, for the same key and seed only', () => {
    fc.assert(
      fc.property(keys, seeds, seeds, (key, seed, other) => {
        fc.pre(seed !== other);
        const { proof, output } = proveVrf(key, seed);
        expect(verifyVrf({ publicKey: publicKeyOf(key), alpha: seed, proof })).toEqual({ valid: true, output });
        expect(verifyVrf({ publicKey: publicKeyOf(key), alpha: other, proof }).valid).toBe(false);
        expect(verifyVrf({ publicKey: publicKeyOf(RELAY_KEY), alpha: seed, proof }).valid).toBe(false);
      }),
      { numRuns: 15 },
    );
  });

  it('does not verify a proof with any bit changed', () => {
    const publicKey = publicKeyOf(RELAY_KEY);
    const alpha = seedOf('seed-0');
    const proof = Buffer.from(proveVrf(RELAY_KEY, alpha).proof.slice(2), 'hex');
    fc.assert(
      fc.property(fc.nat({ max: 81 * 8 - 1 }), (bit) => {
        const tampered = Uint8Array.from(proof, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(verifyVrf({ publicKey, alpha, proof: bytesToHex(tampered) })).toEqual({ valid: false, output: null });
      }),
      { numRuns: 60 },
    );
  });

  it('treats garbage of the right length as invalid', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ minLength: 81, maxLength: 81 }),
      fc.constantFrom(new Uint8Array(81), new Uint8Array(81).fill(0xff)),
      // A real point, then any c and s.
      fc
        .uint8Array({ minLength: 48, maxLength: 48 })
        .map((rest) => Uint8Array.of(...hexBytes(VECTORS[1]?.proof).subarray(0, 33), ...rest)),
    );
    const publicKeys = fc.oneof(
      fc.constant(publicKeyOf(RELAY_KEY)),
      fc.uint8Array({ minLength: 64, maxLength: 64 }).map(bytesToHex),
    );
    fc.assert(
      fc.property(publicKeys, garbage, (publicKey, proof) => {
        expect(verifyVrf({ publicKey, alpha: seedOf('seed-0'), proof: bytesToHex(proof) })).toEqual({
          valid: false,
          output: null,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('does not verify c = s = 0, which leads to the point at infinity', () => {
    const proof = `${VECTORS[1]?.proof.slice(0, 2 + 66)}${'00'.repeat(48)}`;
    expect(verifyVrf({ publicKey: publicKeyOf(RELAY_KEY), alpha: seedOf('seed-0'), proof }).valid).toBe(false);
  });

  it('refuses values in the wrong format with a code', () => {
    const good = { publicKey: publicKeyOf(RELAY_KEY), alpha: seedOf('seed-0'), proof: VECTORS[1]?.proof ?? '0x' };
    for (const bad of [
      { publicKey: `${good.publicKey}00` },
      { alpha: 'seed' },
      { proof: good.proof.slice(0, -2) },
      { proof: '' },
    ]) {
      expect(() => verifyVrf({ ...good, ...bad })).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_HEX' }));
    }
  });
});

describe('sampling', () => {
  it('decides as the fact sheets say', () => {
    expect(isSampled(VECTORS[1]?.output ?? '0x', SAMPLING_MODULUS.relay)).toBe(false);
    expect(isSampled(VECTORS[2]?.output ?? '0x', SAMPLING_MODULUS.relay)).toBe(true);
    expect(VECTORS.slice(3).map(({ output }) => BigInt(output) % 10n)).toEqual([6n, 6n, 8n]);
  });

  it('takes the output as one big-endian number', () => {
    const number = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
    for (const value of [0, 10, 100, 110]) expect(isSampled(number(value), 10)).toBe(true);
    for (const value of [1, 101, 255]) expect(isSampled(number(value), 10)).toBe(false);
    expect(isSampled(number(110), 100)).toBe(false);
    expect(isSampled(number(7), 1)).toBe(true);
  });

  it('refuses invalid outputs and moduli', () => {
    expect(() => isSampled('0x00', 10)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_HEX' }));
    for (const modulus of [0, -1, 1.5, Number.NaN]) {
      expect(() => isSampled(seedOf('a'), modulus)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_PROOF' }));
    }
  });
});

function hexBytes(hex: string | undefined): Uint8Array {
  return Uint8Array.from(Buffer.from((hex ?? '0x').slice(2), 'hex'));
}
