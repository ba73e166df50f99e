import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** The text for a code from elsewhere; an unknown code is shown as it is. */
export function useCodeText(): (keys: readonly string[], code: string, params?: Readonly<Record<string, string>>) => string {
  const { i18n } = useTranslation();
  return useCallback(
    (keys, code, params = {}) => {
      const key = keys.find((each) => i18n.exists(each));
      // The type allows only known keys; this one was looked up.
      return key === undefined ? code : (i18n.t as (key: string, params: object) => string)(key, params);
    },
    [i18n],
  );
}

/** Where a rule is written, in the host's language: the document, its section and numbers stay as they are. */
export function useRuleText(): (source: string) => string {
  const textOf = useCodeText();
  return (source) =>
    source
      .split(', ')
      .map((part) => {
        const words = part.replace(SECTION, '');
        return part.slice(0, part.length - words.length) + textOf([`trust:case.ruleWords.${words}`], words);
      })
      .join(', ');
}

const SECTION = /^\w+_PROTOCOL [\d.]+ /;
