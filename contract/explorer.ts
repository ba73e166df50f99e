/** Where a chain's explorer shows a transaction; null where none is known. Explorers of EVM chains agree on this path. */
export function transactionUrl(explorerUrl: string | null, transaction: string): string | null {
  return explorerUrl === null ? null : `${explorerUrl.replace(/\/+$/, '')}/tx/${transaction}`;
}
