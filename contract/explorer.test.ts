import { expect, it } from 'vitest';
import { transactionUrl } from './explorer.ts';

it("the page of a transaction is below the explorer's URL, with or without a trailing slash", () => {
  expect(transactionUrl('https://scan.example', '0xab')).toBe('https://scan.example/tx/0xab');
  expect(transactionUrl('https://scan.example/base/', '0xab')).toBe('https://scan.example/base/tx/0xab');
  expect(transactionUrl(null, '0xab')).toBeNull();
});
