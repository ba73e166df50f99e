import { expect, it } from 'vitest';
import { transactionUrl } from './explorer.ts';

it('the page of a transaction lies below that of the explorer, however that ends', () => {
  expect(transactionUrl('https://scan.example', '0xab')).toBe('https://scan.example/tx/0xab');
  expect(transactionUrl('https://scan.example/base/', '0xab')).toBe('https://scan.example/base/tx/0xab');
  expect(transactionUrl(null, '0xab')).toBeNull();
});
