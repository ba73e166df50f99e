export const firstRun = {
  title: 'Set up a node',
} as const;
