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
