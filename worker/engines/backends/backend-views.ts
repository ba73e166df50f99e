/** The back ends for this system, each with its size and whether it is installed. */
import type { BackendView } from '../../../contract/engines.ts';
import { backendsFolder, readBackends } from './backend-list.ts';
import { isInstalled } from './install.ts';

export function backendViews(): BackendView[] {
  const packages = readBackends();
  const base = backendsFolder();
  return [...new Set(packages.map(({ backend }) => backend))].map((backend) => ({
    backend,
    bytes: packages.filter((one) => one.backend === backend).reduce((sum, { bytes }) => sum + bytes, 0),
    installed: isInstalled(packages, backend, base),
  }));
}
