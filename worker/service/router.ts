/** Every procedure of contract/node-contract.ts, each passed to the part that implements it. */
import { implement } from '@orpc/server';
import { z } from 'zod';
import type { Caller } from '../../contract/acts.ts';
import type { LastWord } from '../../contract/life.ts';
import type { ModelsAnswer, ModelsUpdate } from '../../contract/models.ts';
import { type Consent, MONEY_PROCEDURES, type MoneyProcedure } from '../../contract/money-procedures.ts';
import { nodeContract } from '../../contract/node-contract.ts';
import type { CallContext } from '../../contract/rpc-server.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import { CodedError } from '../../protocol/errors.ts';
import type { Feed, Subscribe } from './feed.ts';
import type { ServiceParts } from './parts.ts';
import { type StreamOptions, streamOf } from './stream.ts';
import type { TaskService } from './task-service.ts';
import type { TrustService } from './trust-service.ts';

export interface RouterOptions {
  readonly parts: ServiceParts;
  readonly views: Pick<Feed<NodeView>, 'subscribe'>;
  readonly tasks: TaskService;
  readonly trust: Pick<TrustService, 'exportCase' | 'qos' | 'noTasks' | 'protection'>;
  readonly streams: Pick<StreamOptions<unknown>, 'drained' | 'backlog'>;
  /** How to ask for consent before money moves for a caller; undefined = nobody is asked. */
  readonly consentOf: (caller: Caller) => Consent | undefined;
}

export function createNodeRouter({ parts, views, tasks, trust, streams, consentOf }: RouterOptions) {
  const build = implement(nodeContract).$context<CallContext>();
  const stream = <Update>(subscribe: Subscribe<Update>, signal = new AbortController().signal) =>
    streamOf({ ...streams, subscribe, signal });
  const done = (act: () => void) => {
    act();
    return {};
  };
  return build.router({
    node: {
      watch: build.node.watch.handler(({ signal }) => stream(views.subscribe, signal)),
      last: build.node.last.handler(() => readLastWord(parts.store)),
      pause: build.node.pause.handler(() => done(() => parts.node.pause())),
      resume: build.node.resume.handler(() => done(() => parts.node.resume())),
      selfTest: build.node.selfTest.handler(({ input }) => done(() => parts.node.selfTest(input.order))),
      warmUp: build.node.warmUp.handler(({ input }) => done(() => parts.node.warmUp(input.order))),
      unstake: build.node.unstake.handler(() => done(() => parts.node.unstake())),
    },
    storage: {
      view: build.storage.view.handler(() => parts.keeper.storage()),
      prune: build.storage.prune.handler(async ({ input, signal }) => {
        await parts.keeper.sweep(signal ?? new AbortController().signal, input.scope);
        return parts.keeper.storage();
      }),
    },
    tasks: {
      page: build.tasks.page.handler(({ input }) => tasks.page(input)),
      detail: build.tasks.detail.handler(({ input }) => tasks.detail(input.commitment)),
      file: build.tasks.file.handler(({ input }) => tasks.file(input)),
      watch: build.tasks.watch.handler(({ signal }) => stream(tasks.feed.subscribe, signal)),
    },
    money: moneyRouter(parts, consentOf),
    trust: {
      cases: build.trust.cases.handler(({ input }) => parts.cases.page(input)),
      case: build.trust.case.handler(({ input }) => parts.cases.get(input.id)),
      exportCase: build.trust.exportCase.handler(({ input }) => trust.exportCase(input.id)),
      qos: build.trust.qos.handler(() => trust.qos()),
      noTasks: build.trust.noTasks.handler(() => trust.noTasks()),
      protection: build.trust.protection.handler(() => trust.protection()),
    },
    gpus: {
      history: build.gpus.history.handler(({ input }) => ({ points: [...parts.gpu.history(input)] })),
      energy: build.gpus.energy.handler(({ input }) => ({ rows: [...parts.gpu.energy(input)] })),
    },
    models: {
      watch: build.models.watch.handler(({ signal }) => {
        return stream<ModelsUpdate>((listener) => parts.models.subscribe(listener), signal);
      }),
      ask: build.models.ask.handler(async ({ input }) => unwrapAnswer(await parts.models.ask(input))),
    },
    metrics: { read: build.metrics.read.handler(() => parts.metrics.read()) },
    checks: {
      last: build.checks.last.handler(() => ({ report: parts.clearance.report })),
      run: build.checks.run.handler(() => {
        // Called after the machine woke up, and by users who doubt what is shown: the loops check at once, too.
        parts.node.lookAround();
        return parts.clearance.run();
      }),
      confirmAlone: build.checks.confirmAlone.handler(() => {
        parts.clearance.confirmAlone();
        return {};
      }),
    },
  });
}

/** Each procedure by its name in the table; only an act asks for consent. */
function moneyRouter({ money }: Pick<ServiceParts, 'money'>, consentOf: RouterOptions['consentOf']) {
  const build = implement(nodeContract).$context<CallContext>().money;
  const names = Object.keys(MONEY_PROCEDURES) as MoneyProcedure[];
  type MoneyHandler = (input: unknown, consent: Consent | undefined) => Promise<never>;
  const handlers = names.map((name) => [
    name,
    build[name].handler(({ input, context }) => (money[name] as MoneyHandler)(input, consentOf(context.caller))),
  ]);
  return Object.fromEntries(handlers) as MoneyHandlers<typeof build>;
}

type MoneyHandlers<Build extends Record<MoneyProcedure, { handler(run: never): unknown }>> = {
  readonly [Name in MoneyProcedure]: ReturnType<Build[Name]['handler']>;
};

function readLastWord({ settings }: ServiceParts['store']): LastWord {
  return { barred: settings.get('barred'), relayBalance: settings.get('lastBalance') };
}

const plainValueSchema = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);

/** Turns a refusal into an error with the same code. */
function unwrapAnswer(answer: ModelsAnswer) {
  if (answer.type !== 'refused') return { removal: answer.type === 'removal' ? answer.removal : null };
  const { code, message, data } = answer.error;
  throw new CodedError(code, message, z.record(z.string(), plainValueSchema).catch({}).parse(data));
}
