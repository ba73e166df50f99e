/** The error catalogues of all rooms; a test finds every `errors.ts` in the tree and fails if one is missing here. */
import { CONTRACT_ERRORS } from '../contract/errors.ts';
import { DEVNET_CHAIN_ERRORS } from '../devnet/chain/errors.ts';
import { DEVNET_ERRORS } from '../devnet/errors.ts';
import { SHELL_ERRORS } from '../electron/errors.ts';
import { HEADLESS_ERRORS } from '../headless/errors.ts';
import { HOST_ERRORS } from '../host/errors.ts';
import { LOCAL_NETWORK_ERRORS } from '../host/local-network/errors.ts';
import { NETWORK_PRESET_ERRORS } from '../host/networks/errors.ts';
import { PLATFORM_ERRORS } from '../platform/errors.ts';
import { type ErrorCatalogue, PROTOCOL_ERRORS } from '../protocol/errors.ts';
import { CHAIN_ERRORS } from '../worker/chain/errors.ts';
import { IMAGE_ERRORS } from '../worker/engines/embedded/images/errors.ts';
import { ENGINE_ERRORS } from '../worker/engines/errors.ts';
import { GPU_ERRORS } from '../worker/gpu/errors.ts';
import { WORKER_ERRORS } from '../worker/kit/errors.ts';
import { MODEL_STORE_ERRORS } from '../worker/models/errors.ts';
import { MONEY_ERRORS } from '../worker/money/errors.ts';
import { OUTBOUND_ERRORS } from '../worker/outbound/errors.ts';
import { PREFLIGHT_ERRORS } from '../worker/preflight/errors.ts';
import { TRUST_ERRORS } from '../worker/trust/errors.ts';

export const CATALOGUES: readonly { readonly file: string; readonly title: string; readonly catalogue: ErrorCatalogue }[] = [
  { file: 'protocol/errors.ts', title: 'Network rules', catalogue: PROTOCOL_ERRORS },
  { file: 'contract/errors.ts', title: 'Between processes', catalogue: CONTRACT_ERRORS },
  { file: 'platform/errors.ts', title: 'The installed program', catalogue: PLATFORM_ERRORS },
  { file: 'worker/kit/errors.ts', title: 'The node', catalogue: WORKER_ERRORS },
  { file: 'worker/chain/errors.ts', title: 'The chain', catalogue: CHAIN_ERRORS },
  { file: 'worker/outbound/errors.ts', title: 'Connections', catalogue: OUTBOUND_ERRORS },
  { file: 'worker/engines/errors.ts', title: 'Engine and models', catalogue: ENGINE_ERRORS },
  { file: 'worker/engines/embedded/images/errors.ts', title: 'Images in the embedded engine', catalogue: IMAGE_ERRORS },
  { file: 'worker/models/errors.ts', title: 'Model store', catalogue: MODEL_STORE_ERRORS },
  { file: 'worker/gpu/errors.ts', title: 'Graphics cards', catalogue: GPU_ERRORS },
  { file: 'worker/money/errors.ts', title: 'Money', catalogue: MONEY_ERRORS },
  { file: 'worker/trust/errors.ts', title: 'Evidence', catalogue: TRUST_ERRORS },
  { file: 'worker/preflight/errors.ts', title: 'Before the start', catalogue: PREFLIGHT_ERRORS },
  { file: 'host/errors.ts', title: 'Keys, profiles and processes', catalogue: HOST_ERRORS },
  { file: 'host/networks/errors.ts', title: 'Networks to choose from', catalogue: NETWORK_PRESET_ERRORS },
  { file: 'host/local-network/errors.ts', title: 'The local network', catalogue: LOCAL_NETWORK_ERRORS },
  { file: 'electron/errors.ts', title: 'The desktop program', catalogue: SHELL_ERRORS },
  { file: 'headless/errors.ts', title: 'Without a desktop', catalogue: HEADLESS_ERRORS },
  { file: 'devnet/errors.ts', title: 'The devnet', catalogue: DEVNET_ERRORS },
  { file: 'devnet/chain/errors.ts', title: "The devnet's chain", catalogue: DEVNET_CHAIN_ERRORS },
];

/** Their errors go to developers, the command line and the log. */
const NOT_SHOWN = ['protocol/', 'headless/', 'devnet/'];
/** The catalogues of everything that a host can see in the window; the others are not bundled with it. */
export const SHOWN_CATALOGUES = CATALOGUES.filter(({ file }) => !NOT_SHOWN.some((room) => file.startsWith(room)));
