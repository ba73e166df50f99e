import type { FunctionComponent } from 'react';
import { useTranslation } from 'react-i18next';
import type { en } from './en/index.ts';

/** A screen whose English texts load with its code, not with the window. */
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
