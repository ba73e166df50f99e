/** Commands for the GPU back ends of the embedded language engine, which packages do not include. */
import {
  type BackendName,
  type BackendPackage,
  backendsFolder,
  readBackends,
} from '../../../worker/engines/backends/backend-list.ts';
import { type CommonOptions, common, type Registry } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../node-text.ts';

export function addBackendCommands({ program, terminal, end }: Registry): void {
  const backends = program
    .command('backends')
    .description('GPU back ends of the embedded language engine. Public networks use the official worker and need none.');
  common(backends.command('list'))
    .description('Lists the back ends for this system, and whether they are installed.')
    .action(async ({ json }: CommonOptions) => {
      const { backendViews } = await import('../../../worker/engines/backends/install.ts');
      const found = backendViews();
      if (json) terminal.out(JSON.stringify({ backends: found }));
      else if (found.length === 0)
        terminal.out('There is nothing to install: npm has installed them all, or there are none for this system.');
      else
        terminal.out(
          table(
            ['back end', 'MB', 'installed'],
            found.map(({ backend, bytes, installed }) => [backend, String(Math.round(bytes / 1e6)), installed ? 'yes' : 'no']),
          ),
        );
      end(EXIT.ok);
    });
  common(backends.command('install'))
    .description('Downloads a back end from the npm registry and installs it if its checksums match.')
    .argument('<name>', 'cuda or vulkan')
    .action(async (name: string, { json }: CommonOptions) => {
      const onPackage = ({ name: what, bytes }: BackendPackage) => {
        if (!json) terminal.note(`${what}: ${Math.round(bytes / 1e6)} MB when unpacked …`);
      };
      const { installBackend } = await import('../../../worker/engines/backends/install.ts');
      await installBackend({
        packages: readBackends(),
        backend: name as BackendName,
        base: backendsFolder(),
        signal: terminal.signal,
        onPackage,
      });
      terminal.out(json ? JSON.stringify({ installed: name }) : `${name} is installed. Engines started from now on will use it.`);
      end(EXIT.ok);
    });
  common(backends.command('remove'))
    .description('Deletes an installed back end.')
    .argument('<name>', 'cuda or vulkan')
    .action(async (name: string, { json }: CommonOptions) => {
      const { removeBackend } = await import('../../../worker/engines/backends/install.ts');
      await removeBackend({ packages: readBackends(), backend: name as BackendName, base: backendsFolder() });
      terminal.out(json ? JSON.stringify({ removed: name }) : `${name} has been removed.`);
      end(EXIT.ok);
    });
}
