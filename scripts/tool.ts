/**
 * The rules of the network for operators and for checking other implementations: `npm run -s tool -- --help`. Answers
 * go to stdout. Bad input gives one line on stderr and exit status 2.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { type Hex, isHex } from '../protocol/hex.ts';
import { imageHash } from '../protocol/scores/phash.ts';
import { canonicalJson } from '../protocol/signing/canonical-json.ts';
import { taskCommitment } from '../protocol/signing/commitment.ts';
import { publicKeyOf } from '../protocol/signing/keys.ts';
import { signRequest } from '../protocol/signing/request-signature.ts';
import { validateGroup } from '../protocol/tasks/group-validation.ts';
import { TASK_STATUSES, taskTypeFromNumber } from '../protocol/tasks/status.ts';
import { proveVrf, verifyVrf } from '../protocol/vrf/ecvrf.ts';
import { parseWireJson } from '../protocol/wire/parse.ts';

const BAD_INPUT = 2;

const groupTaskSchema = z.object({
  id: z.string().min(1),
  status: z.enum(TASK_STATUSES),
  score: z.string().nullable().default(null),
});

const groupSchema = z.object({
  taskType: z.number().transform((number, context) => {
    const type = taskTypeFromNumber(number);
    if (type !== undefined) return type;
    context.addIssue({ code: 'custom', message: 'must be 0, 1 or 2' });
    return z.NEVER;
  }),
  /** Bits. */
  distanceThreshold: z.number().int().nonnegative(),
  /** In rank order. */
  tasks: z.tuple([groupTaskSchema, groupTaskSchema, groupTaskSchema]),
});

async function phash(files: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const file of files) {
    const png = await readFile(whereAsked(file));
    try {
      lines.push(`${imageHash(png)}  ${file}`);
    } catch (cause) {
      throw new Error(`${file}: ${messageOf(cause)}`, { cause });
    }
  }
  return lines.join('\n');
}

/** npm runs scripts in the project's root, but a relative path means the operator's current folder. */
function whereAsked(file: string): string {
  return path.resolve(process.env.INIT_CWD ?? '', file);
}

async function sign(options: { readonly keyFile: string; readonly timestamp: string }, input: Readable): Promise<string> {
  if (!/^\d+$/.test(options.timestamp)) throw new Error('--timestamp must be whole unix seconds');
  const payload = parseWireJson(z.unknown(), await text(input), 'payload on stdin');
  const privateKey = await readKey(options.keyFile);
  const signature = signRequest({ payload, timestamp: Number(options.timestamp), privateKey });
  return JSON.stringify({ canonical: canonicalJson(payload), signature });
}

async function prove(options: { readonly keyFile: string; readonly seed: string }): Promise<string> {
  const privateKey = await readKey(options.keyFile);
  const { proof, output } = proveVrf(privateKey, hexOption('--seed', options.seed));
  return JSON.stringify({ proof, output, publicKey: publicKeyOf(privateKey) });
}

function verify({ publicKey, seed, proof }: { publicKey: string; seed: string; proof: string }): string {
  const { valid, output } = verifyVrf({ publicKey, alpha: seed, proof });
  return JSON.stringify({ valid, output });
}

function commitment({ taskId, nonce }: { taskId: string; nonce: string }): string {
  return taskCommitment(hexOption('--task-id', taskId), hexOption('--nonce', nonce));
}

async function group(input: Readable): Promise<string> {
  const { next, actions } = validateGroup(parseWireJson(groupSchema, await text(input), 'group on stdin'));
  return JSON.stringify({ next, actions });
}

/** The text of a key never gets into a message. */
async function readKey(file: string): Promise<Hex> {
  const key = (await readFile(whereAsked(file), 'utf8')).trim();
  if (!isHex(key, 32)) throw new Error(`${file} does not contain a private key: 0x and 64 hex digits`);
  return key;
}

function hexOption(name: string, value: string): Hex {
  if (!isHex(value)) throw new Error(`${name} must be 0x-hex`);
  return value;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

function buildProgram({ stdin, stdout }: Streams): Command {
  const printAnswer =
    <Args extends readonly unknown[]>(answer: (...args: Args) => string | Promise<string>) =>
    async (...args: Args): Promise<void> => {
      stdout.write(`${await answer(...args)}\n`);
    };
  // Settings before the commands, which inherit them.
  const program = new Command('tool')
    .description('The rules of the Crynux network, from the command line.')
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: (said) => void stdout.write(said), writeErr: () => undefined });
  const keyFile = ['--key-file <file>', 'file with a 0x-hex private key'] as const;
  const seed = ['--seed <hex>', "the task's sampling seed"] as const;

  program
    .command('phash')
    .description('Perceptual hash of PNG files, as the relay computes it')
    .argument('<files...>')
    .action(printAnswer(phash));
  program
    .command('sign')
    .description('Canonical JSON and signature of a request payload given on stdin')
    .requiredOption(...keyFile)
    .requiredOption('--timestamp <seconds>', 'unix seconds')
    .action(printAnswer((options: Parameters<typeof sign>[0]) => sign(options, stdin)));
  const vrf = program.command('vrf').description('Sampling proofs');
  vrf
    .command('prove')
    .description('Proof, output and public key for a seed')
    .requiredOption(...keyFile)
    .requiredOption(...seed)
    .action(printAnswer(prove));
  vrf
    .command('verify')
    .description('Checks whether a proof is valid')
    .requiredOption('--public-key <hex>', '64 bytes, X and Y')
    .requiredOption(...seed)
    .requiredOption('--proof <hex>', '81 bytes')
    .action(printAnswer(verify));
  program
    .command('commitment')
    .description('Task id commitment')
    .requiredOption('--task-id <hex>', '32 bytes')
    .requiredOption('--nonce <hex>', '32 bytes')
    .action(printAnswer(commitment));
  program
    .command('group')
    .description('Outcome of a validation group given on stdin as {taskType, distanceThreshold, tasks in rank order}')
    .action(printAnswer(() => group(stdin)));
  return program;
}

/** Runs one command line; resolves to the exit status. */
export async function runTool(args: readonly string[], streams: Streams): Promise<number> {
  try {
    await buildProgram(streams).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const isBareCall = error instanceof CommanderError && error.code === 'commander.help';
    const message = isBareCall ? 'a command is needed, see --help' : messageOf(error).replace(/^error: /, '');
    streams.stderr.write(`tool: ${message.replaceAll(/\s+/g, ' ')}\n`);
    return BAD_INPUT;
  }
}

if (import.meta.main) process.exitCode = await runTool(process.argv.slice(2), process);
