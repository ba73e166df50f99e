import { catalogue as english } from 'virtual:error-catalogue';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { errors as englishTexts } from '../i18n/en/errors.ts';
import { moneyText } from '../ui/money.tsx';
import { exactTime } from '../ui/time.tsx';
import { type ErrorLocale, englishCatalogue, type HostError, type HostText, hostText } from './host-text.ts';

const ENGLISH = englishCatalogue(english);

/** What an error means to a host, in the window's language. */
export function useHostText(): (error: HostError) => HostText {
  const { i18n } = useTranslation();
  const { language } = i18n;
  return useMemo(() => {
    const words: ErrorLocale = {
      texts: (i18n.getResourceBundle(language, 'errors') as ErrorLocale['texts'] | undefined) ?? englishTexts,
      catalogue: (i18n.getResourceBundle(language, 'catalogue') as ErrorLocale['catalogue'] | undefined) ?? ENGLISH,
      amount: moneyText,
      date: (ms) => exactTime(ms, language),
    };
    return (error) => hostText(error, words);
  }, [i18n, language]);
}
