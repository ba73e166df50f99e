/** An index to find expired tasks without reading those that were already emptied. */
export const CLOSED_BULK_TABLES = `
CREATE INDEX tasks_closed_with_args ON tasks (closed_ms) WHERE closed_ms IS NOT NULL AND task_args <> '';
CREATE INDEX cases_by_commitment ON cases (commitment);
`;
