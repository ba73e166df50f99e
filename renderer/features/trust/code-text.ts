import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** Text by a key that is made from a code which came from elsewhere; one that nobody knows is shown as it is. */
export function useCodeText(): (keys: readonly string[], code: string, params?: Readonly<Record<string, string>>) => string {
  const { i18n } = useTranslation();
  return useCallback(
    (keys, code, params = {}) => {
      const key = keys.find((each) => i18n.exists(each));
      // The keys of the type are the known ones; this one was looked up.
      return key === undefined ? code : (i18n.t as (key: string, params: object) => string)(key, params);
    },
    [i18n],
  );
}
