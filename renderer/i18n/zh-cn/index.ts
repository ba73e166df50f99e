import { common } from './common.ts';
import { earnings } from './earnings.ts';
import { errors } from './errors.ts';
import { firstRun } from './first-run.ts';
import { fleet } from './fleet.ts';
import { gpus } from './gpus.ts';
import { keys } from './keys.ts';
import { logs } from './logs.ts';
import { models } from './models.ts';
import { overview } from './overview.ts';
import { settings } from './settings.ts';
import { tasks } from './tasks.ts';
import { trust } from './trust.ts';
import { wallet } from './wallet.ts';

export const zhCn = {
  common,
  overview,
  firstRun,
  keys,
  settings,
  tasks,
  trust,
  logs,
  earnings,
  wallet,
  gpus,
  models,
  fleet,
  errors,
};
