import { describe, expect, it } from 'vitest';
import { commonSide, connectionFailure } from './connection-failure.ts';

const coded = (code: string, message = '') => Object.assign(new Error(message), { code });

describe('the phase of a failed exchange', () => {
  it.each([
    [coded('EAI_AGAIN'), 'dns'],
    [coded('ECONNREFUSED'), 'connect'],
    [coded('UND_ERR_CONNECT_TIMEOUT'), 'connect'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'connect'],
    [coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'connect'],
    [coded('UND_ERR_BODY_TIMEOUT'), 'timeout'],
    [new DOMException('late', 'TimeoutError'), 'timeout'],
    [coded('UND_ERR_SOCKET'), 'reset'],
    [coded('UND_ERR_RES_EXCEEDED_MAX_SIZE'), null],
    [coded('ENOSPC'), null],
    [new Error('no code'), null],
  ])('%s: %s', (error, phase) => {
    expect(connectionFailure(error).phase).toBe(phase);
  });

  it('has a message even if the error has none', () => {
    expect(connectionFailure(coded('ECONNRESET')).message).toBe('ECONNRESET');
    expect(connectionFailure(coded('ECONNRESET', 'cut off')).message).toBe('cut off');
  });
});

describe('whose failure it is', () => {
  it.each([
    ['EAI_AGAIN', true, 'here'],
    ['ENETUNREACH', true, 'here'],
    ['ECONNREFUSED', true, 'there'],
    ['ECONNREFUSED', false, 'there'],
    ['UND_ERR_SOCKET', true, 'there'],
    ['ENOTFOUND', true, 'unclear'],
    ['ENOTFOUND', false, 'here'],
    ['UND_ERR_HEADERS_TIMEOUT', true, 'unclear'],
    ['UND_ERR_CONNECT_TIMEOUT', false, 'here'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true, 'unclear'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true, 'unclear'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true, 'unclear'],
    ['CERT_HAS_EXPIRED', true, 'unclear'],
  ] as const)('%s, with a network: %s: %s', (code, online, side) => {
    expect(connectionFailure(coded(code), () => online).side).toBe(side);
  });

  it('of several is ours only if no other side has certainly failed', () => {
    expect(commonSide(['here', 'there'])).toBe('there');
    expect(commonSide(['unclear', 'here'])).toBe('here');
    expect(commonSide(['unclear'])).toBe('unclear');
  });
});
