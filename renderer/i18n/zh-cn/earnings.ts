import type { earnings as en } from '../en/earnings.ts';
import type { Same } from '../same.ts';

export const earnings: Same<typeof en> = {
  title: '收益',
};
