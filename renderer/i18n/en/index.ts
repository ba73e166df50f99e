import { earnings } from './earnings.ts';
import { firstTexts } from './first.ts';
import { fleet } from './fleet.ts';
import { gpus } from './gpus.ts';
import { logs } from './logs.ts';
import { models } from './models.ts';
import { wallet } from './wallet.ts';

export const en = { ...firstTexts, earnings, fleet, gpus, logs, models, wallet };
