/** A PNG of any size, written at once, for tests of the cost of a large image. */
import { crc32, deflateSync } from 'node:zlib';
import { PNG_SIGNATURE } from '../../../../protocol/scores/testing/write-png.ts';

/** RGB of 8 bits with a slow pattern; `width` × `height` pixels. */
export function largePng(width: number, height: number): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) rows.fill((y * 7) >> 4, y * (1 + width * 3) + 1, (y + 1) * (1 + width * 3));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(rows, { level: 0 });
  return Buffer.concat([Buffer.from(PNG_SIGNATURE), chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const result = Buffer.alloc(body.length + 8);
  result.writeUInt32BE(data.length, 0);
  body.copy(result, 4);
  result.writeUInt32BE(crc32(body), body.length + 4);
  return result;
}
