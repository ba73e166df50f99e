import { moneyText } from './money.tsx';

/**
 * A catalogue's sentence with the facts of one case in the place of their names: `missingWei` (in backticks) becomes the
 * amount in CNX. A name that the case says nothing about stays.
 */
export function fillFacts(text: string, facts: Readonly<Record<string, unknown>>): string {
  return text.replace(/`(\w+)`/g, (whole, name: string) => {
    const fact = facts[name];
    if (typeof fact !== 'string' && typeof fact !== 'number') return whole;
    return name.endsWith('Wei') && /^-?\d+$/.test(String(fact)) ? `${moneyText(BigInt(fact))} CNX` : String(fact);
  });
}
