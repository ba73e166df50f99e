/**
 * Where anvil lies. Its npm package carries one binary per platform as an optional dependency; it is run directly, so
 * that neither the package's install script nor its launcher is needed.
 */
import { dependencyFile } from '../../platform/programs.ts';
import { DevnetChainError } from './errors.ts';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** @throws DevnetChainError DEVNET_CHAIN_NO_PROGRAM */
export function anvilProgram(platform: string = process.platform, architecture: string = process.arch): string {
  const name = `@foundry-rs/anvil-${platform}-${ARCHITECTURES[architecture] ?? architecture}`;
  try {
    return dependencyFile(`${name}/bin/${platform === 'win32' ? 'anvil.exe' : 'anvil'}`);
  } catch (cause) {
    throw new DevnetChainError('DEVNET_CHAIN_NO_PROGRAM', `${name} is not installed`, { package: name }, { cause });
  }
}
