/** The environment of an engine program. Source: RELAY_PROTOCOL 9.1. */
import { join } from 'node:path';
import type { EngineRole } from '../../protocol/engine/messages.ts';
import type { DerivedGpu } from '../gpu/assignment.ts';
import { confinedEnvironment } from '../gpu/isolation.ts';

export interface EngineEnvironmentInput {
  readonly role: EngineRole;
  /** `ws://127.0.0.1:<port>/<token>/`. */
  readonly nodeUrl: string;
  readonly relayUrl: string;
  readonly engineDir: string;
  readonly modelsDir: string;
  readonly resultsDir: string;
  /** Cards the engine is confined to; empty = none of NVIDIA's. */
  readonly gpuUuids: readonly string[];
  /** How several cards are used; part of the reported name. */
  readonly executorMode: DerivedGpu['executorMode'];
  readonly patchUrl: string;
  readonly logLevel: string;
  /** From the node's configuration. */
  readonly extra: Readonly<Record<string, string>>;
  /** Our own environment. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/**
 * What a program needs of the machine. All else stays here: an environment may hold keys and tokens, and an engine
 * runs models and prompts of strangers.
 */
const INHERITED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|XDG_\w+|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|HTTPS?_PROXY|ALL_PROXY|NO_PROXY|CUDA_(?!VISIBLE_DEVICES)\w+|NVIDIA_(?!VISIBLE_DEVICES)\w+|VK_\w+|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES\w*|USERPROFILE|HOMEDRIVE|HOMEPATH|USERNAME|NUMBER_OF_PROCESSORS|PROCESSOR_\w+|OS)$/i;

export function engineEnvironment(input: EngineEnvironmentInput): Record<string, string> {
  const suffix = input.role === 'download' ? '_download' : '';
  const logSuffix = input.role === 'download' ? '-download' : '';
  const environment: Record<string, string> = {
    ...inheritedPart(input.inherited),
    CRYNUX_WORKER_PATCH_URL: input.patchUrl,
    cw_worker_role: input.role,
    cw_data_dir__models__huggingface: join(input.modelsDir, 'huggingface'),
    cw_data_dir__models__external: join(input.modelsDir, 'external'),
    cw_output_dir: input.resultsDir,
    cw_pid_file: join(input.engineDir, `crynux_worker${suffix}.pid`),
    cw_worker_url: `${input.relayUrl.replace(/\/+$/, '')}/v1/worker`,
    cw_preloaded_models: JSON.stringify({ sd_base: [], gpt_base: [], controlnet: [], lora: [] }),
    cw_proxy: JSON.stringify({ host: '', port: 8080, username: '', password: '' }),
    cw_node_url: input.nodeUrl,
    cw_log: JSON.stringify({ dir: input.engineDir, level: input.logLevel, filename: `crynux-worker${logSuffix}.log` }),
    ...input.extra,
  };
  // Last, so that nothing above can move the work to another card than the one that is reported to the network.
  const cudaVisibleDevices = input.platform === 'darwin' ? null : input.gpuUuids.join(',');
  return confinedEnvironment({ gpu: { cudaVisibleDevices, executorMode: input.executorMode }, base: environment });
}

function inheritedPart(inherited: EngineEnvironmentInput['inherited']): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && INHERITED.test(name)) kept[name] = value;
  }
  return kept;
}
