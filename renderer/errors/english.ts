import { plainCatalogue } from '../i18n/en/error-catalogue.ts';
import type { ErrorWords } from './host-text.ts';

/** The rooms' catalogues in English, for a host: without the marks of commands, and without names of fields. */
export function englishCatalogue(
  entries: Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>>,
): ErrorWords['catalogue'] {
  const plain = (text: string) => text.replaceAll('`', '');
  const rows = Object.entries(entries).map(([code, { meaning, remedy }]) => [code, [plain(meaning), plain(remedy)]] as const);
  return { ...Object.fromEntries(rows), ...plainCatalogue };
}
