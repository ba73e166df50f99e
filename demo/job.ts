/** The main job: a realistic mix of tasks, with everything a host should see once. */

import type { TaskOutcome } from '../devnet/application/outcome.ts';
import type { TaskSpecInput } from '../devnet/application/task-spec.ts';
import { systemClock } from '../devnet/system.ts';
import { parseCnx } from '../protocol/money/wei.ts';
import { type DemoNetwork, gpuOf, VRAM } from './network.ts';
import type { Submission, Submitter } from './submit.ts';
import {
  CHAT_MODEL,
  CODE_MODEL,
  chatArguments,
  IMAGE_MODEL,
  imageArguments,
  invalidArguments,
  PAINTINGS,
  type Painting,
  PROMPTS,
  type Prompt,
} from './workload.ts';

/** An odd number, so that every division leaves a remainder to account for. */
const WEI_PER_TOKEN = parseCnx('0.031415926535897931');
const MIN_FEE_TOKENS = 16;
const WEI_PER_IMAGE_STEP = parseCnx('0.057721566490153287');
/** In `--live`, every so many tasks one is an image. */
const IMAGE_EVERY = 4;

function specOf(prompt: Prompt, model: string, seed: number): TaskSpecInput {
  return {
    type: 'Llm',
    args: chatArguments(prompt, model, seed),
    modelIds: [`base:${model}`],
    feeWei: (WEI_PER_TOKEN * BigInt(Math.max(prompt.maxNewTokens, MIN_FEE_TOKENS))).toString(),
  };
}

function imageSpecOf(painting: Painting, seed: number): TaskSpecInput {
  return {
    type: 'StableDiffusion',
    args: imageArguments(painting, IMAGE_MODEL, seed),
    modelIds: [`base:${IMAGE_MODEL}`],
    feeWei: (WEI_PER_IMAGE_STEP * BigInt(painting.images * painting.steps)).toString(),
    size: painting.images,
  };
}

function inTurn<Item>(items: readonly Item[], index: number): Item {
  const found = items[index % items.length];
  if (found === undefined) throw new Error('the demo has no workload');
  return found;
}

const prompt = (index: number) => inTurn(PROMPTS, index);

/** Endless: the prompts in turn, alternating between the models. */
export function chatSubmission(index: number): Submission {
  const chosen = prompt(index);
  return { title: chosen.title, spec: specOf(chosen, index % 2 === 0 ? CHAT_MODEL : CODE_MODEL, index) };
}

async function untilDispatched({ devnet }: DemoNetwork, commitment: string): Promise<void> {
  while (devnet.relay.task(commitment)?.status === 'Queued') await systemClock.sleep(50);
}

export function imageSubmission(index: number): Submission {
  const painting = inTurn(PAINTINGS, index);
  return { title: painting.title, spec: imageSpecOf(painting, index) };
}

/** Endless: chats, and now and then an image. */
export function liveSubmission(index: number): Submission {
  return index % IMAGE_EVERY === IMAGE_EVERY - 1 ? imageSubmission(Math.floor(index / IMAGE_EVERY)) : chatSubmission(index);
}

export interface JobResult {
  /** What did not end as the job meant it to; empty when all went well. */
  readonly surprises: readonly string[];
}

/**
 * Order matters: the unanimous groups ask for cards that the cheat does not have; the group with the cheat runs while
 * basil is busy with the task that it lost with its power, so that the cheat has to be the third.
 */
export async function runJob(network: DemoNetwork, submitter: Submitter, say: (text: string) => void): Promise<JobResult> {
  const surprises: string[] = [];
  const running: Promise<void>[] = [];
  /** Starts a task; what comes of it is judged when everything has ended. */
  const start = async (submission: Submission, ...kinds: TaskOutcome['kind'][]) => {
    const task = await submitter.submit(submission);
    running.push(
      task.ended.then(({ kind }) => {
        if (!kinds.includes(kind)) surprises.push(`${submission.title} ended as ${kind}, not as ${kinds.join(' or ')}`);
      }),
    );
    return task;
  };
  const chats = async (from: number, to: number) => {
    for (let index = from; index < to; index++) {
      await start(chatSubmission(index), 'success');
    }
  };

  say('Six chat requests and four images to whoever is free');
  await chats(0, 6);
  for (let index = 0; index < 4; index++) await start(imageSubmission(index), 'success');
  await Promise.all(running);

  say('Two validation groups of three honest nodes, one on text and one on images: one uploads, all share the fee');
  const unanimous = {
    title: 'group, all honest',
    kind: 'group' as const,
    spec: { ...specOf(prompt(6), CODE_MODEL, 6), minVramGib: VRAM.basil },
  };
  await (await start(unanimous, 'success')).ended;
  const gallery = {
    title: 'image group',
    kind: 'group' as const,
    spec: { ...imageSpecOf(inTurn(PAINTINGS, 4), 4), minVramGib: VRAM.basil },
  };
  await (await start(gallery, 'success')).ended;

  say('basil loses power, and the network gives it a task');
  await network.cutPowerOfBasil();
  const { name, vramGib } = gpuOf('basil');
  const doomed = {
    title: 'lost with basil',
    spec: { ...specOf(prompt(7), CHAT_MODEL, 7), requiredGpu: name, requiredGpuVramGib: vramGib },
  };
  const lost = await start(doomed, 'aborted');
  await untilDispatched(network, lost.commitment);

  say('A validation group with mallory, who cheats');
  const caught = { title: 'group with mallory', kind: 'group' as const, spec: specOf(prompt(8), CHAT_MODEL, 8) };
  await (await start(caught, 'success')).ended;

  say('A task that no node can run, and eight more chat requests');
  const invalid = {
    title: 'undecodable image',
    spec: { ...specOf(prompt(9), CHAT_MODEL, 9), args: invalidArguments(CHAT_MODEL) },
  };
  await start(invalid, 'errorReported');
  await chats(9, 17);
  await lost.ended;

  say('basil is back and goes on where it was');
  await network.restorePowerOfBasil();
  await chats(17, 19);
  await Promise.all(running);
  return { surprises };
}
