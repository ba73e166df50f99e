/** The window's languages. English is complete; a missing text of another language would show in English. */
import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { LANGUAGES, type Language } from '../../contract/settings.ts';
import { en } from './en/index.ts';
import { zhCn } from './zh-cn/index.ts';

/** The first of the desktop's languages that is one of ours. */
export function languageOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const exact = LANGUAGES.find((language) => language.toLowerCase() === tag.toLowerCase());
    const related = exact ?? LANGUAGES.find((language) => language.split('-')[0] === tag.toLowerCase().split('-')[0]);
    if (related !== undefined) return related;
  }
  return 'en';
}

export async function createI18n(language: Language): Promise<i18n> {
  const instance = createInstance();
  await instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'common',
    resources: { en, 'zh-CN': zhCn },
    // React escapes what it draws.
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  return instance;
}
