/**
 * What is answered about a node whose process does not run: from its records, which are only read, and of its stake from the
 * chain. Everything else needs the running node.
 */
export const RECORD_PROCEDURES: ReadonlySet<string> = new Set([
  'node.watch',
  'node.last',
  'storage.view',
  'tasks.page',
  'tasks.detail',
  'tasks.file',
  'tasks.watch',
  'money.summary',
  'money.entries',
  'money.task',
  'money.earnings',
  'money.exportCsv',
  'money.stake',
  'gpus.energy',
  'trust.cases',
  'trust.case',
  'trust.exportCase',
  /** As it was when it was last read. */
  'trust.qos',
  'trust.protection',
  'models.watch',
  /** What the records tell of it. */
  'metrics.read',
]);
