/** What can go wrong in a worker process. The engines keep their own catalogue beside their code. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const WORKER_ERRORS = {
  RELAY_REFUSED: {
    meaning: 'The relay refused the request; `httpStatus`, `field` and `message` contain its answer.',
    remedy:
      'Usually none: the next cycle reads the state again. If it happens again, the message says what the relay objects to.',
  },
  RELAY_UNREACHABLE: {
    meaning:
      'The relay cannot be reached; `phase` is dns, connect, timeout, reset, proxy or gateway (something in front of the relay answered: `answeredBy` is portal, redirect, page, empty, status or otherService), `side` says where the fault is: here, there or unclear.',
    remedy:
      'Check the network connection and the relay URL; if a captive portal answered, log in to this network with a browser. The node keeps trying, and nothing stored is lost.',
  },
  RELAY_BAD_ANSWER: {
    meaning: "The relay's answer was incomplete, too large, or in a format that this version does not understand.",
    remedy: 'Check the relay URL and whether there is a newer version of this program; report it if both are right.',
  },
  CLOCK_SKEW: {
    meaning: "This machine's clock is more than 60 s away from the relay's; requests are signed with the relay's time.",
    remedy: 'Set the clock (NTP).',
  },
  STORE_EMPTY: {
    meaning: 'This node has never run on this machine, so it has no records.',
    remedy: 'Start the node.',
  },
  STORE_OLDER_VERSION: {
    meaning:
      'The records of this node are from an older version of this program. They are complete, but cannot be read as they are.',
    remedy: 'Start the node once; it brings them to this version.',
  },
  STORE_NEWER_VERSION: {
    meaning: "The node's database was written by a newer version of this program; it was left untouched.",
    remedy: 'Install the newer version again, or choose another data directory.',
  },
  STORE_CORRUPT: {
    meaning: "The node's database file is not a database, is damaged, or belongs to another program; it was left untouched.",
    remedy:
      'Keep the file and those next to it (-wal, -shm, -journal): they contain the scores that protect this key. Stop the node, copy all of them to another disk, check that disk, and put a good copy back. If there is none, the key must not join with an empty store until every task assigned to it has ended.',
  },
  STORE_BUSY: {
    meaning: "Another program holds the node's database (a backup, a virus scanner, a database viewer); nothing is damaged.",
    remedy: 'Wait for that program, or close it; the node retries automatically. Exclude the data directory from live backups.',
  },
  STORE_READ_ONLY: {
    meaning:
      "The node's database can be read but not written: the disk is mounted read-only, or the permissions do not allow it.",
    remedy: 'Make the data directory writable again; the node retries automatically. After disk errors, check the disk first.',
  },
  STORE_CANNOT_OPEN: {
    meaning:
      "The node's database cannot be opened: its folder does not exist, or this user may not access it; nothing is damaged.",
    remedy: 'Check that the disk is connected and that the folder belongs to this user; the node retries automatically.',
  },
  STORE_IO_ERROR: {
    meaning: "The operating system failed to read or write the node's database.",
    remedy: 'Check the disk and its connection; the node retries automatically. Do not delete the file.',
  },
  STORE_FULL: {
    meaning: "The disk with the node's database is full; everything written before is kept.",
    remedy: 'Free some space; the node continues automatically.',
  },
  STORE_GONE: {
    meaning: "Files of the node's database were deleted or replaced while the node was running.",
    remedy:
      'Nothing may delete or restore files of a data directory while its node runs. If the file was still there, what the node had in memory was written back; the node restarts automatically.',
  },
  STORE_IN_USE: {
    meaning: 'Another process owns this data directory.',
    remedy: 'Stop the other node, or give this one its own data directory.',
  },
  STORE_OTHER_KEY: {
    meaning: 'The data directory belongs to a node with another key; its ledger protects that key, not this one.',
    remedy: 'Give every key its own data directory.',
  },
  STORE_BAD_ROW: {
    meaning: 'A row in the database does not have the shape this version writes.',
    remedy: 'Report it; the database may have been edited by hand.',
  },
  STORE_UNKNOWN_TASK: {
    meaning: 'The program tried to record something for a task that this node has never seen.',
    remedy: 'Report it: this is a bug.',
  },
  TASK_NOT_CLOSED: {
    meaning: 'The program tried to reopen a task that was not closed.',
    remedy: 'Report it: this is a bug.',
  },
  LEDGER_CONFLICT: {
    meaning: 'The program tried to record a second, different verdict on a task (another score, or a score and an error report).',
    remedy: 'None needed: the first verdict stands and the second was dropped. Report it.',
  },
  EXECUTION_REFUSED: {
    meaning: 'The program tried to execute a task that has a score, has run in this engine lifetime, or has run too often.',
    remedy: 'None needed: it was not executed. Report it.',
  },
  REMOTE_SCORE_CONFLICT: {
    meaning: 'The network shows a score for our task that is not the one in our ledger.',
    remedy: 'The node does nothing more for this task. Check that no other machine uses this key.',
  },
  REMOTE_SCORE_UNKNOWN: {
    meaning: 'The network shows a verdict for our task that this data directory has no record of.',
    remedy: 'Check that no other machine uses this key, and that the data directory is the right one.',
  },
  RESULT_INCOMPLETE: {
    meaning: 'The engine reported success, but its result files are missing, misnamed or unreadable.',
    remedy: 'Nothing is reported, and the task times out; check the engine and the disk.',
  },
  RESULT_CHANGED: {
    meaning: 'The result files on disk no longer hash to the submitted score; they were not uploaded.',
    remedy: 'Check the disk, and which other programs write to the data directory.',
  },
  TASK_INVALID: {
    meaning: 'The engine refused the task’s arguments, as every engine would; the node reported the task.',
    remedy: 'None: the application made the mistake.',
  },
  EXECUTION_FAILED: {
    meaning: 'The execution ended in an error that may be this machine’s own; nothing was reported.',
    remedy: 'The message is the engine’s last output. Check the graphics card’s memory and the models.',
  },
  EXECUTION_CANCELLED: {
    meaning: 'The execution was interrupted: the engine exited or hung, or the program ended.',
    remedy: 'It runs again after a restart of the engine if time allows. If it happens again, check the engine’s log.',
  },
  TASK_INPUT_FAILED: {
    meaning: 'Something the task needs before its execution (a model, a checkpoint) could not be fetched.',
    remedy: 'Nothing is reported, and the task times out; check disk space and the connection.',
  },
  TASK_UNKNOWN: {
    meaning: 'This node has never seen the requested task.',
    remedy: 'Check the commitment; another node of the same host may have run it.',
  },
  TASK_FILE_UNKNOWN: {
    meaning: 'The result of a task does not have the requested file.',
    remedy: 'Read the task again; it lists the files of its result.',
  },
  NODE_UNSUPPORTED: {
    meaning: 'This node’s configuration does not include what was requested; `part` names it.',
    remedy: 'Nothing is wrong. It is available only with another configuration.',
  },
  ENGINE_NOT_ACCEPTED: {
    meaning: 'The chosen engine is not one that this network accepts; its results could get the node slashed.',
    remedy: 'Choose an accepted engine, or another network.',
  },
  NODE_NOT_RUNNING: {
    meaning: 'Only a running node can answer this.',
    remedy: 'Start the node.',
  },
  NODE_ILLEGAL_STATE: {
    meaning: 'The node was asked for something that its current state does not allow.',
    remedy: 'Wait until the state allows it; the message names both.',
  },
  NODE_JOIN_FAILED: {
    meaning: 'The network did not let this node in.',
    remedy: 'The message is the network’s reason (stake, version, models); fix it and resume.',
  },
  NODE_CARD_CHANGED: {
    meaning:
      'This node joined with a different graphics card (`known`) from the current one (`present`), and this network does not allow changing it; the node was paused.',
    remedy: 'Put the old card back, or unstake and rejoin with the current one.',
  },
  NODE_SLASHED: {
    meaning: 'The network slashed this node: one of its results disagreed with the majority of a validation group.',
    remedy: 'The node does not rejoin automatically. Find out why, then resume.',
  },
  NODE_KICKED_OUT: {
    meaning: 'The network removed this node because its quality of service was too low.',
    remedy: 'Find out why tasks time out or are slow, then resume.',
  },
  WORKER_BAD_MESSAGE: {
    meaning: 'A message on the private channel does not fit its schema, or came at the wrong time.',
    remedy: 'Program and supervisor have different versions; update both.',
  },
  WORKER_ALREADY_STARTED: { meaning: 'A worker was told to start twice.', remedy: 'Start one process per node.' },
} as const satisfies ErrorCatalogue;

export type WorkerErrorCode = keyof typeof WORKER_ERRORS;

export class WorkerError extends CodedError<WorkerErrorCode> {}

export function isWorkerError(error: unknown, code?: WorkerErrorCode): error is WorkerError {
  return error instanceof WorkerError && (code === undefined || error.code === code);
}
