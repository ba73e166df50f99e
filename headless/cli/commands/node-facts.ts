/** Commands for one node besides its tasks and money: models, QoS, cases, log. */
import { writeFileSync } from 'node:fs';
import { Option } from 'commander';
import { LOG_LEVELS, type LogLevel, type LogLine } from '../../../contract/logs.ts';
import { type ModelsUpdate, type ModelView, taskTypeSchema } from '../../../contract/models.ts';
import type { HostClient, NodeClient } from '../../../contract/rpc-client.ts';
import type { NoTasks, QosExplanation } from '../../../contract/standing.ts';
import { HeadlessError } from '../../errors.ts';
import { chooseProfile, profilesOf, withHost, withNode } from '../ask-program.ts';
import { requireConfirmation } from '../confirm.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { shortHex, table, timeText } from '../node-text.ts';

type NodeOptions = CommonOptions & { readonly node?: string };
type ModelsSnapshot = Extract<ModelsUpdate, { kind: 'snapshot' }>;

const NODE_OPTION = ['--node <name>', 'node, if there are several'] as const;

export function addNodeFactCommands(registry: Registry): void {
  addModels(registry);
  addStanding(registry);
  addCases(registry);
  addLogs(registry);
}

const MODEL_ACTS = [
  ['pause', 'Pauses a download; what was downloaded is kept.'],
  ['resume', 'Resumes a download.'],
  ['cancel', 'Cancels a download.'],
  ['verify', "Reads a model's files again and verifies their checksums."],
] as const;

function addModels({ program, terminal, end }: Registry): void {
  const models = program.command('models').description('The models of a node.');
  common(models.command('list'))
    .description('Lists the models and the downloads.')
    .option(...NODE_OPTION)
    .action(async ({ json, ...which }: NodeOptions) => {
      const snapshot = await withNode(which, ({ node }) => modelsOf(node));
      terminal.out(json ? JSON.stringify(snapshot) : modelsText(snapshot));
      end(EXIT.ok);
    });
  common(models.command('download'))
    .description('Downloads a model, in the background.')
    .argument('<id>', 'as <base|lora|controlnet>:<name>[+<variant>]')
    .addOption(new Option('--for <type>', 'task type it is for').choices(taskTypeSchema.options).default('LLM'))
    .option(...NODE_OPTION)
    .action(async (modelId: string, { json, for: taskType, ...which }: NodeOptions & { for: string }) => {
      await withNode(which, async ({ node, view }) => {
        const engine = engineOf(view.profile.engine.kind);
        await node.models.ask({ type: 'download', engine, modelId, taskType: taskTypeSchema.parse(taskType) });
      });
      terminal.out(
        json ? JSON.stringify({ asked: modelId }) : `${modelId}: download requested; crynux-node models list shows its progress.`,
      );
      end(EXIT.ok);
    });
  for (const [type, description] of MODEL_ACTS) {
    common(models.command(type))
      .description(description)
      .argument('<id>')
      .option(...NODE_OPTION)
      .action(async (modelId: string, { json, ...which }: NodeOptions) => {
        await withNode(which, ({ node, view }) => node.models.ask({ type, engine: engineOf(view.profile.engine.kind), modelId }));
        terminal.out(json ? JSON.stringify({ asked: modelId }) : `${modelId}: done.`);
        end(EXIT.ok);
      });
  }
  common(models.command('remove'))
    .description('Deletes the files of a model.')
    .argument('<id>')
    .option(...NODE_OPTION)
    .option('--yes', 'do not ask for confirmation')
    .action(async (modelId: string, { json, yes = false, ...which }: NodeOptions & { yes?: boolean }) => {
      await withNode(which, async ({ node, view }) => {
        const key = { engine: engineOf(view.profile.engine.kind), modelId };
        const { removal } = await node.models.ask({ type: 'removal', ...key });
        if (removal?.refusal != null) {
          const { code, message } = removal.refusal;
          throw new HeadlessError('HEADLESS_ACT_REFUSED', `${message} (${code})`, { codes: [code] });
        }
        const shared = removal?.modelIds.filter((id) => id !== modelId) ?? [];
        const also = shared.length === 0 ? '' : `, and with it ${shared.join(', ')}`;
        await requireConfirmation(`Delete ${modelId}${also} (${bytesText(removal?.freedBytes ?? 0)})?`, { yes, terminal });
        await node.models.ask({ type: 'remove', ...key });
      });
      terminal.out(json ? JSON.stringify({ removed: modelId }) : `Deleted ${modelId}.`);
      end(EXIT.ok);
    });
}

/** @throws HeadlessError HEADLESS_BAD_ARGUMENT if the engine manages its models itself */
function engineOf(kind: string): 'embedded' | 'official' {
  if (kind === 'embedded' || kind === 'official') return kind;
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', 'the engine of this node manages its models itself', { field: '--node' });
}

async function modelsOf(node: NodeClient): Promise<ModelsSnapshot> {
  const ending = new AbortController();
  try {
    for await (const update of await node.models.watch({}, { signal: ending.signal }))
      if (update.kind === 'snapshot') return update;
    throw new HeadlessError('HEADLESS_NOT_RUNNING', 'the node ended');
  } finally {
    ending.abort();
  }
}

function modelsText({ models, downloads, disk }: ModelsSnapshot): string {
  const rows = models.map((model) => [
    model.modelId,
    modelStateText(model.state),
    bytesText(model.sizeBytes),
    model.taskTypes.join(' '),
  ]);
  const moving = downloads.filter(({ state }) => state.kind !== 'done' && state.kind !== 'cancelled');
  const parts = [rows.length === 0 ? 'There are no models.' : table(['model', 'state', 'size', 'for'], rows)];
  if (moving.length > 0) {
    parts.push(
      table(
        ['download', 'state'],
        moving.map(({ modelId, state }) => [modelId, downloadText(state)]),
      ),
    );
  }
  const free = disk.freeBytes === null ? '' : `, ${bytesText(disk.freeBytes)} free`;
  return [...parts, `${disk.directory}: ${bytesText(disk.usedBytes)} used${free}`].join('\n\n');
}

function modelStateText(state: ModelView['state']): string {
  if (state.kind === 'partial') return `partial (${bytesText(state.bytes)})`;
  if (state.kind === 'missing' || state.kind === 'corrupt')
    return `${state.kind}: ${state.problem.message} (${state.problem.code})`;
  return state.kind;
}

function downloadText(state: ModelsSnapshot['downloads'][number]['state']): string {
  if (state.kind === 'failed') return `failed: ${state.error.message} (${state.error.code})`;
  return 'bytes' in state && state.bytes !== null ? `${state.kind} (${bytesText(state.bytes)})` : state.kind;
}

function bytesText(bytes: number): string {
  const GIB = 1024 ** 3;
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

function addStanding({ program, terminal, end }: Registry): void {
  common(program.command('why-no-tasks'))
    .description('Checks every condition a node must meet to be given tasks.')
    .option(...NODE_OPTION)
    .action(async ({ json, ...which }: NodeOptions) => {
      const answer = await withNode(which, ({ node }) => node.trust.noTasks({}));
      terminal.out(json ? JSON.stringify(answer) : noTasksText(answer));
      end(EXIT.ok);
    });
  common(program.command('standing'))
    .description('Shows how the network rates a node, and what changed the rating.')
    .option(...NODE_OPTION)
    .action(async ({ json, ...which }: NodeOptions) => {
      const answer = await withNode(which, async ({ node }) => ({
        qos: await node.trust.qos({}),
        protection: await node.trust.protection({}),
      }));
      if (json) terminal.out(JSON.stringify(answer));
      else {
        const { scores, executions, sound } = answer.protection;
        const ledger = `ledger      ${scores} scores, ${executions} executions, ${sound ? 'sound' : 'NOT SOUND'}`;
        terminal.out(`${standingText(answer.qos)}\n${ledger}`);
      }
      end(EXIT.ok);
    });
}

const VERDICTS = { yes: 'ok  ', no: 'NO  ', unknown: '?   ' } as const;

function noTasksText({ conditions }: NoTasks): string {
  return conditions
    .map(({ id, verdict, code, params, change }) => {
      const facts = Object.entries(params).map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(' ') : value}`);
      const line = `${VERDICTS[verdict]}  ${id}: ${code}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
      return change === null ? line : `${line}\n      → ${change}`;
    })
    .join('\n');
}

function standingText({ now, exclusion, belowKickOut, kickOutBelow, changes }: QosExplanation): string {
  const told = (number: { value: number; source: string } | null) =>
    number === null
      ? 'not known'
      : `${number.value.toFixed(4)} (${number.source === 'relay' ? 'according to the relay' : 'by the formula'})la'})`;
  const kick = belowKickOut === null ? 'not known whether' : belowKickOut ? 'YES,' : 'no, not';
  return [
    `long        ${told(now.long)}`,
    `health      ${told(now.health)}`,
    `combined    ${told(now.combined)}`,
    `excluded    ${exclusion.state}${exclusion.endsAtMs === null ? '' : `, until ${timeText(exclusion.endsAtMs)}`}`,
    `kick-out    ${kick} below ${kickOutBelow}`,
    ...changes
      .slice(0, 10)
      .map(({ atMs, code, commitment, after }) =>
        [timeText(atMs), code, commitment === null ? '' : shortHex(commitment), after.combined.toFixed(4)].join('  ').trimEnd(),
      ),
  ].join('\n');
}

function addCases({ program, terminal, end }: Registry): void {
  const cases = program.command('cases').description('Failed tasks, and whose fault it was.');
  common(cases.command('list'))
    .description('Lists the cases, newest first.')
    .option(...NODE_OPTION)
    .option('--limit <number>', 'how many', wholeNumber(1, 500), 20)
    .action(async ({ json, limit, ...which }: NodeOptions & { limit: number }) => {
      const answer = await withNode(which, ({ node }) => node.trust.cases({ limit }));
      const rows = answer.cases.map(({ id, openedMs, kind, fault }) => [id, timeText(openedMs), kind, fault.code, fault.party]);
      if (json) terminal.out(JSON.stringify(answer));
      else terminal.out(rows.length === 0 ? 'There are none.' : table(['case', 'time (UTC)', 'kind', 'why', 'whose'], rows));
      end(EXIT.ok);
    });
  common(cases.command('show'))
    .description('Shows everything known about a case, as JSON.')
    .argument('<id>')
    .option(...NODE_OPTION)
    .action(async (id: string, { json, ...which }: NodeOptions) => {
      const file = await withNode(which, ({ node }) => node.trust.case({ id }));
      terminal.out(JSON.stringify(file, null, json ? 0 : 2));
      end(EXIT.ok);
    });
  common(cases.command('export'))
    .description('Writes the evidence of a case to a zip file, without secrets.')
    .argument('<id>')
    .argument('<file>')
    .option(...NODE_OPTION)
    .action(async (id: string, file: string, { json, ...which }: NodeOptions) => {
      const { base64 } = await withNode(which, ({ node }) => node.trust.exportCase({ id }));
      terminal.out(saveFile(file, base64, json));
      end(EXIT.ok);
    });
}

function addLogs({ program, terminal, end }: Registry): void {
  common(program.command('logs'))
    .description("Shows a node's log, newest lines last.")
    .option(...NODE_OPTION)
    .addOption(new Option('--level <level>', 'minimum level').choices(LOG_LEVELS).default('info'))
    .option('--text <text>', 'only lines that contain this text', '')
    .option('--limit <number>', 'how many', wholeNumber(1, 2_000), 100)
    .action(async ({ data, json, node, ...query }: NodeOptions & { level: LogLevel; text: string; limit: number }) => {
      const page = await withHost(data, async (host) => host.logs.page({ profileId: await profileIdOf(host, node), ...query }));
      terminal.out(json ? JSON.stringify(page) : page.lines.map(logText).join('\n'));
      end(EXIT.ok);
    });
  common(program.command('support-bundle'))
    .description("Writes a node's logs, settings and versions to a zip file, without secrets.")
    .argument('<file>')
    .option(...NODE_OPTION)
    .action(async (file: string, { data, json, node }: NodeOptions) => {
      const { base64 } = await withHost(data, async (host) => host.logs.bundle({ id: await profileIdOf(host, node) }));
      terminal.out(saveFile(file, base64, json));
      end(EXIT.ok);
    });
}

async function profileIdOf(host: HostClient, name: string | undefined): Promise<string> {
  return chooseProfile(await profilesOf(host), name).profile.id;
}

function logText({ atMs, level, message, code }: LogLine): string {
  return `${timeText(atMs)}  ${level.padEnd(5)}  ${message}${code === null ? '' : ` (${code})`}`;
}

function saveFile(file: string, base64: string, json: boolean | undefined): string {
  const bytes = Buffer.from(base64, 'base64');
  writeFileSync(file, bytes, { mode: 0o600 });
  return json ? JSON.stringify({ file, bytes: bytes.length }) : `Wrote ${file}.`;
}
