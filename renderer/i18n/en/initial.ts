import { common } from './common.ts';
import { errors } from './errors.ts';
import { firstRun } from './first-run.ts';
import { keys } from './keys.ts';
import { overview } from './overview.ts';
import { settings } from './settings.ts';
import { tasks } from './tasks.ts';
import { trust } from './trust.ts';

/** The texts loaded with the window. A screen that few people open loads its own. */
export const initialTexts = {
  common,
  overview,
  firstRun,
  keys,
  settings,
  tasks,
  trust,
  errors,
};
