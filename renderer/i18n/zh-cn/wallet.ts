import type { wallet as en } from '../en/wallet.ts';
import type { Same } from '../same.ts';

export const wallet: Same<typeof en> = {
  title: '钱包与质押',
};
