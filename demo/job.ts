/** The demo's job: a realistic mix of tasks, with every outcome that a host should have seen. */

import {
  CHAT_MODEL,
  CODE_MODEL,
  chatSpec,
  IMAGE_PROMPTS,
  imageSpec,
  invalidArguments,
  PROMPTS,
  pickCyclic,
  sampleImage,
} from '../devnet/application/samples.ts';
import { systemClock } from '../devnet/system.ts';
import { createJobSteps, type JobResult } from './job-steps.ts';
import { type DemoNetwork, gpuOf, VRAM } from './network.ts';
import type { Submitter } from './submit.ts';

const prompt = (index: number) => pickCyclic(PROMPTS, index);

async function untilDispatched({ devnet }: DemoNetwork, commitment: string): Promise<void> {
  while (devnet.relay.task(commitment)?.status === 'Queued') await systemClock.sleep(50);
}

/**
 * Order matters: the unanimous groups require cards that the cheat does not have. The group with the cheat runs while
 * basil is still busy with the task that it lost in its power failure, so that the cheat has to be the third.
 */
export async function runJob(network: DemoNetwork, submitter: Submitter, say: (text: string) => void): Promise<JobResult> {
  const { surprises, start, chats, ended } = createJobSteps(submitter);

  say('Six chat requests and four images for any free node');
  await chats(0, 6);
  for (let index = 0; index < 4; index++) await start(sampleImage(index), 'success');
  await ended();

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
    spec: { ...imageSpec(pickCyclic(IMAGE_PROMPTS, 4), 4), minVramGib: VRAM.basil },
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

  say('basil is back and continues where it was');
  await network.restorePowerOfBasil();
  await chats(17, 19);
  await ended();
  return { surprises };
}
