import type { overview as en } from '../en/overview.ts';
import type { Same } from '../same.ts';

export const overview: Same<typeof en> = {
  title: '概览',
};
