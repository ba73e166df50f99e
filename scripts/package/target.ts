/** What a package is built for. Binaries come from this machine's `node_modules`, so only its own kind can be built. */
export interface Target {
  readonly platform: 'linux' | 'darwin' | 'win32';
  readonly arch: 'x64' | 'arm64';
}

const TARGETS: readonly Target[] = [
  { platform: 'linux', arch: 'x64' },
  { platform: 'linux', arch: 'arm64' },
  { platform: 'darwin', arch: 'x64' },
  { platform: 'darwin', arch: 'arm64' },
  { platform: 'win32', arch: 'x64' },
];

/** @throws Error if no package is made for this machine */
export function targetOf(platform: string = process.platform, arch: string = process.arch): Target {
  const found = TARGETS.find((target) => target.platform === platform && target.arch === arch);
  if (found === undefined) throw new Error(`no package is made for ${platform}-${arch}`);
  return found;
}

/** Packages with machine code, under their authors' platform names. */
export interface NativePackages {
  /** False = its author provides none for this target, and images are left out. */
  readonly onnxruntime: boolean;
  readonly llama: string;
  readonly anvil: string;
  readonly keytar: string;
  readonly node: string;
}

export function nativePackages({ platform, arch }: Target): NativePackages {
  const llama = { linux: `linux-${arch}`, darwin: arch === 'arm64' ? 'mac-arm64-metal' : 'mac-x64', win32: `win-${arch}` };
  return {
    onnxruntime: !(platform === 'darwin' && arch === 'x64'),
    llama: `@node-llama-cpp/${llama[platform]}`,
    anvil: `@foundry-rs/anvil-${platform}-${arch === 'x64' ? 'amd64' : 'arm64'}`,
    keytar: `${platform}-${arch}`,
    node: platform === 'win32' ? 'node.exe' : 'node',
  };
}
