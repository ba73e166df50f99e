/** Hashes a made-up image of 1024 × 1024 RGB pixels a number of times in one thread, for counting instructions. */
import { imageHash } from '../../protocol/scores/phash.ts';
import { nativeZlib } from '../../worker/kit/native-zlib.ts';
import { benchImage } from './bench-image.ts';

const png = benchImage();
for (let i = 0; i < Number(process.argv[2]); i++) imageHash(png, nativeZlib);
