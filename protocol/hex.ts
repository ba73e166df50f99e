import { ProtocolError } from './errors.ts';

/** `0x` followed by lower- or upper-case hex digits. */
export type Hex = `0x${string}`;

const HEX = /^0x(?:[0-9a-fA-F]{2})*$/;

export function isHex(value: string, byteLength?: number): value is Hex {
  return HEX.test(value) && (byteLength === undefined || value.length === 2 + byteLength * 2);
}

/** Bytes of a 0x-hex string. @throws ProtocolError PROTOCOL_BAD_HEX naming `field`. */
export function hexToBytes(value: string, field: string, byteLength?: number): Uint8Array {
  if (!isHex(value, byteLength)) {
    const want = byteLength === undefined ? '0x-hex' : `0x-hex of ${byteLength} bytes`;
    throw new ProtocolError('PROTOCOL_BAD_HEX', `${field} must be ${want}`, { field });
  }
  const bytes = new Uint8Array((value.length - 2) / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(value.slice(2 + i * 2, 4 + i * 2), 16);
  return bytes;
}

/** Lower-case 0x-hex; the relay compares commitments and scores as strings, so case matters. */
export function bytesToHex(bytes: Uint8Array): Hex {
  let hex = '0x';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex as Hex;
}
