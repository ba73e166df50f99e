/** The programs that the demo starts. */
import { PROGRAMS } from '../platform/programs.ts';

export const WORKER_ENTRY = PROGRAMS.peerWorker;

/** The embedded engine as a command, for peers that put a proxy in front of it. */
export const EMBEDDED_ENGINE = {
  command: PROGRAMS.node,
  args: ['--disable-warning=ExperimentalWarning', PROGRAMS.embeddedEngine],
  env: { cw_embedded_device: 'cpu' },
};
