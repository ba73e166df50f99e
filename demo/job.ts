/** The main job: a realistic mix of tasks, with everything a host should see once. */

import type { TaskOutcome } from '../devnet/application/outcome.ts';
import {
  CHAT_MODEL,
  CODE_MODEL,
  chatSpec,
  imageSpec,
  inTurn,
  invalidArguments,
  PAINTINGS,
  PROMPTS,
  sampleChat,
  sampleImage,
} from '../devnet/application/samples.ts';
import { systemClock } from '../devnet/system.ts';
import { type DemoNetwork, gpuOf, VRAM } from './network.ts';
import type { Submission, Submitter } from './submit.ts';

const prompt = (index: number) => inTurn(PROMPTS, index);

async function untilDispatched({ devnet }: DemoNetwork, commitment: string): Promise<void> {
  while (devnet.relay.task(commitment)?.status === 'Queued') await systemClock.sleep(50);
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
      await start(sampleChat(index), 'success');
    }
  };

  say('Six chat requests and four images to whoever is free');
  await chats(0, 6);
  for (let index = 0; index < 4; index++) await start(sampleImage(index), 'success');
  await Promise.all(running);

  say('Two validation groups of three honest nodes, one on text and one on images: one uploads, all share the fee');
  const unanimous = {
    title: 'group, all honest',
    kind: 'group' as const,
    spec: { ...chatSpec(prompt(6), CODE_MODEL, 6), minVramGib: VRAM.basil },
  };
  await (await start(unanimous, 'success')).ended;
  const gallery = {
    title: 'image group',
    kind: 'group' as const,
    spec: { ...imageSpec(inTurn(PAINTINGS, 4), 4), minVramGib: VRAM.basil },
  };
  await (await start(gallery, 'success')).ended;

  say('basil loses power, and the network gives it a task');
  await network.cutPowerOfBasil();
  const { name, vramGib } = gpuOf('basil');
  const doomed = {
    title: 'lost with basil',
    spec: { ...chatSpec(prompt(7), CHAT_MODEL, 7), requiredGpu: name, requiredGpuVramGib: vramGib },
  };
  const lost = await start(doomed, 'aborted');
  await untilDispatched(network, lost.commitment);

  say('A validation group with mallory, who cheats');
  const caught = { title: 'group with mallory', kind: 'group' as const, spec: chatSpec(prompt(8), CHAT_MODEL, 8) };
  await (await start(caught, 'success')).ended;

  say('A task that no node can run, and eight more chat requests');
  const invalid = {
    title: 'seed out of range',
    spec: { ...chatSpec(prompt(9), CHAT_MODEL, 9), args: invalidArguments(CHAT_MODEL) },
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
