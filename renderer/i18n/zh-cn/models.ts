import type { models as en } from '../en/models.ts';
import type { Same } from '../same.ts';

export const models: Same<typeof en> = {
  title: '模型',
};
