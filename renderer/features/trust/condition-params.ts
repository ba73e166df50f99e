/** A condition's parameters as words and numbers for its sentence. */
import type { NoTaskCondition } from '../../../contract/standing.ts';

export interface ParamTexts {
  readonly language: string;
  readonly notKnown: string;
  stateText(state: string): string;
  /** The meaning of an error code. */
  meaningOf(code: string): string;
}

const DECIMAL_PARAMS = new Set(['health', 'weight', 'stakingScore', 'qosScore']);

export function conditionParams(params: NoTaskCondition['params'], words: ParamTexts): Record<string, string> {
  const { language, notKnown } = words;
  const text = (name: string, value: NoTaskCondition['params'][string]): string => {
    if (value === null) return notKnown;
    if (Array.isArray(value)) {
      const items = name === 'guards' ? value.map((code) => words.meaningOf(code)) : value;
      return items.length === 0 ? notKnown : new Intl.ListFormat(language).format(items);
    }
    if (typeof value !== 'number') return name === 'state' ? words.stateText(String(value)) : String(value);
    if (name === 'share') return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 }).format(value);
    if (DECIMAL_PARAMS.has(name)) return value.toFixed(2);
    return new Intl.NumberFormat(language).format(value);
  };
  const made = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, text(name, value)]));
  const { endsAtMs } = params;
  const endsAt =
    typeof endsAtMs === 'number'
      ? new Intl.DateTimeFormat(language, { timeStyle: 'short', dateStyle: 'short' }).format(endsAtMs)
      : notKnown;
  return { share: notKnown, ...made, endsAt };
}
