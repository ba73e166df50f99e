export const wallet = {
  title: 'Wallet & stake',
} as const;
