import type { FunctionComponent } from 'react';
import { useTranslation } from 'react-i18next';
import type { en } from './en/index.ts';

/** A screen whose English comes with its code: the window does not load it before anything else. */
export function withTexts<Name extends keyof typeof en>(
  name: Name,
  texts: (typeof en)[Name],
  Screen: FunctionComponent,
): FunctionComponent {
  return function WithTexts() {
    const { i18n } = useTranslation();
    if (!i18n.hasResourceBundle('en', name)) i18n.addResourceBundle('en', name, texts);
    return <Screen />;
  };
}
