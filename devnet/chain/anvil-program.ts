/**
 * Locates anvil. Its npm package has one binary per platform as an optional dependency; the binary is run directly, so
 * neither the package's install script nor its launcher is needed.
 */

import { dependencyFile } from '../../platform/programs.ts';
import { SYSTEM } from '../../platform/system.ts';
import { DevnetChainError } from './errors.ts';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** @throws DevnetChainError DEVNET_CHAIN_NO_PROGRAM */
export function anvilProgram({ name: system, arch }: { readonly name: string; readonly arch: string } = SYSTEM): string {
  const name = `@foundry-rs/anvil-${system}-${ARCHITECTURES[arch] ?? arch}`;
  try {
    return dependencyFile(`${name}/bin/${SYSTEM.processes.program('anvil')}`);
  } catch (cause) {
    throw new DevnetChainError('DEVNET_CHAIN_NO_PROGRAM', `${name} is not installed`, { package: name }, { cause });
  }
}
