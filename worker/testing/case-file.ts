/** A case file for tests: a kick-out, unless changed. */
import type { CaseFile } from '../../contract/trust.ts';

const OPENED_MS = 1_700_000_000_000;

export function caseFile(id: string, changes: Partial<CaseFile> = {}): CaseFile {
  return {
    id,
    kind: 'kickedOut',
    commitment: null,
    openedMs: OPENED_MS,
    complete: false,
    fault: { code: 'lowQuality', party: 'thisNode', certainty: 'certain', source: '4.7' },
    review: { kind: 'none' },
    task: null,
    own: { score: null, cause: { code: 'none', detail: '' }, files: [], executions: [] },
    group: null,
    groupNodes: [],
    deviations: [],
    machine: { engine: null, gpu: { name: 'card', vramGib: 8, cards: 1 }, driver: null, program: '0.1.0', platform: 'linux' },
    timeline: [],
    eventArgs: null,
    qos: null,
    log: { kind: 'unavailable' },
    ...changes,
  };
}
