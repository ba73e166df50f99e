/** The window's languages. English is complete; a missing text of another language would show in English. */
import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { LANGUAGES, type Language } from '../../contract/settings.ts';
import { initialTexts } from './en/initial.ts';

type Texts = Readonly<Record<string, object>>;

/** Every text is there in English; those of another language are fetched when it is chosen. */
const TRANSLATIONS: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Texts>>> = {
  'zh-CN': async () => {
    const [{ zhCn }, { catalogue }, { logMessages }] = await Promise.all([
      import('./zh-cn/index.ts'),
      import('./zh-cn/catalogue/index.ts'),
      import('./zh-cn/log-messages.ts'),
    ]);
    return { ...zhCn, catalogue, logMessages };
  },
};

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
    lng: 'en',
    fallbackLng: 'en',
    defaultNS: 'common',
    resources: { en: initialTexts },
    // React escapes what it draws.
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await chooseLanguage(instance, language);
  return instance;
}

/** Shows all texts in a language once they are here. */
export async function chooseLanguage(instance: i18n, language: Language): Promise<void> {
  if (language !== 'en' && !instance.hasResourceBundle(language, 'common')) {
    const texts = await TRANSLATIONS[language]();
    for (const [namespace, bundle] of Object.entries(texts)) instance.addResourceBundle(language, namespace, bundle);
  }
  await instance.changeLanguage(language);
}
