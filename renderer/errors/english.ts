import { plainCatalogue } from '../i18n/en/error-catalogue.ts';
import type { ErrorLocale } from './host-text.ts';

/** The rooms' catalogues in English for hosts: without markup for commands, and without field names. */
export function englishCatalogue(
  entries: Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>>,
): ErrorLocale['catalogue'] {
  const plain = (text: string) => text.replaceAll('`', '');
  const rows = Object.entries(entries).map(([code, { meaning, remedy }]) => [code, [plain(meaning), plain(remedy)]] as const);
  return { ...Object.fromEntries(rows), ...plainCatalogue };
}
