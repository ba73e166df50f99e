import { firstTexts } from './first.ts';
import { fleet } from './fleet.ts';

export const en = { ...firstTexts, fleet };
