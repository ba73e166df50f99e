import type { gpus as en } from '../en/gpus.ts';
import type { Same } from '../same.ts';

export const gpus: Same<typeof en> = {
  title: '显卡',
};
