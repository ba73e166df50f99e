/** Options of `serve` and `run` for the listener of Prometheus and health checks. */
import { type Command, Option } from 'commander';
import { HeadlessError } from '../errors.ts';
import type { MetricsListener } from '../metrics/metrics-server.ts';
import { wholeNumber } from './context.ts';
import { readTextArgument } from './file-argument.ts';

export interface MetricsFlags {
  readonly metricsPort?: number;
  readonly metricsHost: string;
  readonly metricsTokenFile?: string;
}

/** Cannot be guessed, and fits in a header. */
const TOKEN = /^[\x21-\x7e]{16,512}$/;

export function withMetrics(command: Command): Command {
  return command
    .addOption(
      new Option('--metrics-port <number>', 'serve /metrics, /livez and /readyz on this port; 0 = any free port').argParser(
        wholeNumber(0, 65_535),
      ),
    )
    .option('--metrics-host <address>', 'address to serve them on; any but loopback needs a token', '127.0.0.1')
    .option('--metrics-token-file <file>', 'file with the bearer token that /metrics requires');
}

/** Null = no listener. @throws HeadlessError HEADLESS_BAD_ARGUMENT */
export function metricsListener({ metricsPort, metricsHost, metricsTokenFile }: MetricsFlags): MetricsListener | null {
  if (metricsPort === undefined) {
    if (metricsTokenFile === undefined && metricsHost === '127.0.0.1') return null;
    throw new HeadlessError('HEADLESS_BAD_ARGUMENT', '--metrics-host and --metrics-token-file need --metrics-port', {
      field: 'metrics-port',
    });
  }
  return { port: metricsPort, host: metricsHost, token: metricsTokenFile === undefined ? null : readToken(metricsTokenFile) };
}

function readToken(file: string): string {
  const token = readTextArgument(file, 'metrics-token-file').trim();
  if (TOKEN.test(token)) return token;
  const what = '16 to 512 ASCII letters, digits and punctuation marks in one line';
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `metrics-token-file: ${file} must contain ${what}`, {
    field: 'metrics-token-file',
  });
}
