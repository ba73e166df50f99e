/**
 * The procedures that work for a node whose process is not running: they only read its records, and its stake from the
 * chain. All others need the running node.
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
  'money.earnings',
  'money.exportCsv',
  'money.stake',
  'gpus.energy',
  'trust.cases',
  'trust.case',
  'trust.exportCase',
  /** As last read. */
  'trust.qos',
  'trust.protection',
  'models.watch',
  /** The metrics that the records contain. */
  'metrics.read',
]);
