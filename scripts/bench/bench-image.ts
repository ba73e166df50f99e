/** An image that compresses about as well as a photograph, identical in every run. */
import { crc32, deflateSync } from 'node:zlib';

const SIDE = 1_024;

/** 1024 × 1024 RGB with 8 bits per channel; the rows use each filter in turn. */
export function benchImage(): Uint8Array {
  const stride = 1 + SIDE * 3;
  const raw = Buffer.alloc(SIDE * stride);
  let noise = 1;
  for (let y = 0; y < SIDE; y++) {
    raw[y * stride] = y % 5;
    for (let x = 0; x < SIDE * 3; x++) {
      noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0;
      raw[y * stride + 1 + x] = (noise >>> 27) & 7;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const result = Buffer.alloc(body.length + 8);
  result.writeUInt32BE(data.length, 0);
  body.copy(result, 4);
  result.writeUInt32BE(crc32(body), body.length + 4);
  return result;
}
