/** Indexes for quick filtering of the list of tasks: one step of the store's schema, see migrations.ts. */

export const TASK_LIST_TABLES = `
-- Within equal values an index keeps the list's own order. All answer from themselves: the table's rows are long, for
-- they hold the arguments. The wide one is for what has to be looked through.
CREATE INDEX tasks_in_order ON tasks (id);
CREATE INDEX tasks_by_type ON tasks (type);
CREATE INDEX tasks_by_status ON tasks (status);
CREATE INDEX tasks_by_both ON tasks (type, status);
CREATE INDEX tasks_listed ON tasks (first_seen_ms, type, status, abort_reason, commitment);

-- Few models, many tasks: a part of a model's name is looked for among the models.
CREATE TABLE task_models (
  model_id TEXT NOT NULL,
  task INTEGER NOT NULL REFERENCES tasks (id),
  PRIMARY KEY (model_id, task)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO task_models (model_id, task) SELECT model.value, tasks.id FROM tasks, json_each(tasks.model_ids) AS model;
CREATE TRIGGER task_models_kept AFTER INSERT ON tasks
  BEGIN INSERT OR IGNORE INTO task_models (model_id, task) SELECT value, NEW.id FROM json_each(NEW.model_ids); END;

-- Executions that ended in an error are few beside those that ended in a score.
CREATE INDEX executions_in_error ON executions (commitment) WHERE outcome IN ('invalid', 'failed', 'cancelled');
CREATE INDEX cases_by_task ON cases (commitment) WHERE commitment IS NOT NULL;

-- In GiB, as the application asks; null for tasks of before this column.
ALTER TABLE tasks ADD COLUMN min_vram_gib INTEGER;
`;
