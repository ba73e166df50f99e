/** Settings that the page itself applies: theme and language. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, languageOf } from '../i18n/i18n.ts';
import { useSettings } from '../state/app-context.ts';

const DARK_QUERY = '(prefers-color-scheme: dark)';

function useSystemIsDark(): boolean {
  const [dark, setDark] = useState(() => matchMedia(DARK_QUERY).matches);
  useEffect(() => {
    const query = matchMedia(DARK_QUERY);
    const update = () => setDark(query.matches);
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }, []);
  return dark;
}

export function SettingsEffects() {
  const settings = useSettings();
  const { i18n } = useTranslation();
  const systemIsDark = useSystemIsDark();
  const appearance = settings?.appearance ?? 'system';
  const dark = appearance === 'system' ? systemIsDark : appearance === 'dark';
  const language = settings?.language ?? languageOf(navigator.languages);
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);
  useEffect(() => {
    document.documentElement.lang = language;
    if (i18n.language !== language) void chooseLanguage(i18n, language);
  }, [language, i18n]);
  return null;
}
