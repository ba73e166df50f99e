/** A transaction's page on the chain's explorer; null if there is no explorer. All explorers of EVM chains use this path. */
export function transactionUrl(explorerUrl: string | null, transaction: string): string | null {
  return explorerUrl === null ? null : `${explorerUrl.replace(/\/+$/, '')}/tx/${transaction}`;
}
