/** Law 5 compares uploads with these digests: they are final, and no file can be added to a recorded score. */
export const ARTIFACT_GUARDS = `
CREATE TRIGGER artifacts_before_score BEFORE INSERT ON artifacts
  WHEN EXISTS (SELECT 1 FROM score_ledger WHERE commitment = NEW.commitment)
    OR EXISTS (SELECT 1 FROM artifacts WHERE commitment = NEW.commitment AND kind = NEW.kind AND position = NEW.position)
  BEGIN SELECT RAISE(ABORT, 'artifacts are final'); END;
CREATE TRIGGER artifacts_no_update BEFORE UPDATE ON artifacts
  BEGIN SELECT RAISE(ABORT, 'artifacts are final'); END;
CREATE TRIGGER artifacts_no_delete BEFORE DELETE ON artifacts
  BEGIN SELECT RAISE(ABORT, 'artifacts are final'); END;
`;
