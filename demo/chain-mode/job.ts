/** The demo's job on a chain: the same mix of tasks as with a relay, under the contracts' rules. */
import {
  CHAT_MODEL,
  CODE_MODEL,
  chatSpec,
  IMAGE_PROMPTS,
  imageSpec,
  invalidArguments,
  PROMPTS,
  pickCyclic,
  sampleChat,
  sampleImage,
} from '../../devnet/application/samples.ts';
import { chainTask } from '../../devnet/chain-mode/chain-task.ts';
import type { Hex } from '../../protocol/hex.ts';
import { createJobSteps, type JobResult, type JobSteps } from '../job-steps.ts';
import type { SubmittedTask, Submitter } from '../submit.ts';
import { CARD, type ChainDemoNetwork } from './network.ts';

const prompt = (index: number) => pickCyclic(PROMPTS, index);

export interface ChainJob {
  readonly network: ChainDemoNetwork;
  readonly submitter: Submitter;
  readonly titles: Map<string, string>;
  readonly say: (text: string) => void;
  /** The number of ordinary tasks; default {@link FULL_AMOUNTS}. */
  readonly amounts?: typeof FULL_AMOUNTS | undefined;
}

const FULL_AMOUNTS = { firstChats: 6, images: 4, laterChats: 6, lastChats: 2 };

/**
 * Order matters: the cheat joins after the unanimous groups, and its group runs while basil is still busy with the task
 * that it lost in its power failure, so that the cheat has to be the third. The chain's clock is set forward when
 * nothing else is open.
 */
export async function runChainJob(job: ChainJob): Promise<JobResult> {
  const { network, submitter, say, amounts = FULL_AMOUNTS } = job;
  const steps = createJobSteps(submitter);
  const { surprises, start, chats, ended } = steps;

  say(`${amounts.firstChats} chat requests and ${amounts.images} images for any free node`);
  await chats(0, amounts.firstChats);
  for (let index = 0; index < amounts.images; index++) await start(sampleImage(index), 'success');
  await ended();

  say('Two validation groups of three honest nodes, one on text and one on images: one uploads, all share the fee');
  const group = { title: 'group, all honest', kind: 'group' as const, spec: chatSpec(prompt(6), CODE_MODEL, 6) };
  await (await start(group, 'success')).ended;
  const spec = { ...imageSpec(pickCyclic(IMAGE_PROMPTS, 4), 4), minVramGib: CARD.vramGib };
  await (await start({ title: 'image group', kind: 'group', spec }, 'success')).ended;

  say('basil loses power, and the network gives it one of three tasks');
  await network.cutPowerOfBasil();
  const lost = await timeOutTaskOfBasil(job, steps);

  say(`A task that no node can run, and ${amounts.laterChats} more chat requests; mallory joins`);
  const mallory = network.letMalloryJoin();
  mallory.catch(() => {});
  const invalid = { ...chatSpec(prompt(9), CHAT_MODEL, 9), args: invalidArguments(CHAT_MODEL) };
  await start({ title: 'seed out of range', spec: invalid }, 'errorReported');
  await chats(9, 9 + amounts.laterChats);
  await Promise.all([ended(), mallory]);

  say('A validation group with mallory, who cheats');
  const caught = { title: 'group with mallory', kind: 'group' as const, spec: chatSpec(prompt(8), CHAT_MODEL, 8) };
  await (await start(caught, 'success')).ended;

  say("The chain's clock is set past the deadline of the lost task");
  await network.passTaskTimeout();
  if (lost !== null) {
    steps.expect(lost, 'lost with basil', 'aborted');
    await lost.ended;
  } else surprises.push('no task was lost with basil');

  say('basil is back and continues where it was');
  await network.restorePowerOfBasil();
  await chats(15, 15 + amounts.lastChats);
  await ended();
  return { surprises };
}

/** Three nodes are free, one of them without power, so it gets one of three simultaneous tasks. */
async function timeOutTaskOfBasil({ network, submitter, titles }: ChainJob, steps: JobSteps): Promise<SubmittedTask | null> {
  const basil = network.participants.basil.address;
  let lost: SubmittedTask | null = null;
  const tasks: SubmittedTask[] = [];
  for (let at = 0; at < 3; at++) tasks.push(await submitter.submit(sampleChat(7 + at)));
  for (const task of tasks) {
    const { selectedNode } = await chainTask(network.devnet.chain, task.commitment as Hex);
    if (selectedNode === basil) lost = task;
    else steps.expect(task, titles.get(task.commitment) ?? '', 'success');
  }
  if (lost !== null) titles.set(lost.commitment, 'lost with basil');
  await Promise.all(tasks.filter((task) => task !== lost).map(({ ended }) => ended));
  return lost;
}
