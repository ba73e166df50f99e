import { common } from './common.ts';
import { errors } from './errors.ts';
import { firstRun } from './first-run.ts';
import { keys } from './keys.ts';
import { overview } from './overview.ts';
import { settings } from './settings.ts';
import { tasks } from './tasks.ts';
import { trust } from './trust.ts';

/** What the window has from its beginning; the texts of a screen that few open come with it. */
export const firstTexts = {
  common,
  overview,
  firstRun,
  keys,
  settings,
  tasks,
  trust,
  errors,
};
