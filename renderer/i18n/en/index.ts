import { earnings } from './earnings.ts';
import { fleet } from './fleet.ts';
import { gpus } from './gpus.ts';
import { initialTexts } from './initial.ts';
import { logs } from './logs.ts';
import { models } from './models.ts';
import { wallet } from './wallet.ts';

export const en = { ...initialTexts, earnings, fleet, gpus, logs, models, wallet };
