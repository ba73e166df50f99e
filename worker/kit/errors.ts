/** What can go wrong in a worker process. The engines keep their own catalogue beside their code. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const WORKER_ERRORS = {
  RELAY_REFUSED: {
    meaning: 'The relay refused the request; `httpStatus`, `field` and `message` contain its answer.',
    remedy: 'Usually none: the next cycle reads the state again. If it stays, the message says what the relay objects to.',
  },
  RELAY_UNREACHABLE: {
    meaning:
      'The relay cannot be reached; `phase` is dns, connect, timeout, reset, proxy or gateway (something in front of the relay answered: `answeredBy` is portal, redirect, page, empty, status or otherService), `side` whose failure it is: here, there or unclear.',
    remedy:
      'Check the network connection and the relay URL; where a captive portal answered, log in to this network with a browser. The node keeps trying and loses nothing it has stored.',
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
      'Keep the file and those beside it (-wal, -shm, -journal): they hold the scores that protect this key. Stop the node, copy all of them to another disk, check that disk, and put a good copy back. Where there is none, the key must not join with an empty store before every task it was given has ended.',
  },
  STORE_BUSY: {
    meaning: "Another program holds the node's database (a backup, a virus scanner, a database viewer); nothing is damaged.",
    remedy: 'Wait for it, or end it; the node tries again by itself. Keep the data directory out of live backups.',
  },
  STORE_READ_ONLY: {
    meaning: "The node's database can be read but not written: the disk is mounted read-only, or the rights do not allow it.",
    remedy: 'Make the data directory writable again; the node tries again by itself. After disk errors check the disk first.',
  },
  STORE_CANNOT_OPEN: {
    meaning: "The node's database cannot be opened: its folder, or the right to it, is missing; nothing is damaged.",
    remedy: 'Check that the disk is there and that the folder belongs to this user; the node tries again by itself.',
  },
  STORE_IO_ERROR: {
    meaning: "The operating system failed to read or write the node's database.",
    remedy: 'Check the disk and its connection; the node tries again by itself. Do not delete the file.',
  },
  STORE_FULL: {
    meaning: "There is no room left on the disk with the node's database; everything written before is kept.",
    remedy: 'Free some space; the node continues by itself.',
  },
  STORE_GONE: {
    meaning: "Files of the node's database were deleted or replaced while the node ran.",
    remedy:
      'Nothing may delete or restore files of a data directory while its node runs. What the node still had was written back where the file was there; the node starts again by itself.',
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
    remedy: 'The node does nothing more for this task. Check that no other machine runs with this key.',
  },
  REMOTE_SCORE_UNKNOWN: {
    meaning: 'The network shows a verdict for our task that this data directory knows nothing about.',
    remedy: 'Check that no other machine runs with this key, and that the data directory is the right one.',
  },
  RESULT_INCOMPLETE: {
    meaning: 'The engine reported success, but its result files are missing, misnamed or unreadable.',
    remedy: 'The task stays silent and times out; check the engine and the disk.',
  },
  RESULT_CHANGED: {
    meaning: 'The result files on disk no longer hash to the submitted score; they were not uploaded.',
    remedy: 'Check the disk and whatever else writes into the data directory.',
  },
  TASK_INVALID: {
    meaning: 'The engine refused the task’s arguments as every engine would; the node reported the task.',
    remedy: 'None: the application made the mistake.',
  },
  EXECUTION_FAILED: {
    meaning: 'The execution ended in an error that may be this machine’s own; nothing was reported.',
    remedy: 'The message is the engine’s last output. Check the graphics card’s memory and the models.',
  },
  EXECUTION_CANCELLED: {
    meaning: 'The execution was cut off: the engine went away, hung, or the program ended.',
    remedy: 'It runs again after a restart of the engine if time allows. If it repeats, check the engine’s log.',
  },
  TASK_INPUT_FAILED: {
    meaning: 'Something the task needs before its execution (a model, a checkpoint) could not be fetched.',
    remedy: 'The task stays silent and times out; check disk space and the connection.',
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
    meaning: 'This node’s configuration lacks what was asked for; `part` names it.',
    remedy: 'Nothing is wrong; with another configuration the node has it.',
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
    meaning: 'The node was asked for something its present state does not allow.',
    remedy: 'Wait until the state allows it; the message names both.',
  },
  NODE_JOIN_FAILED: {
    meaning: 'The network did not let this node in.',
    remedy: 'The message is the network’s reason (stake, version, models); correct it and resume.',
  },
  NODE_CARD_CHANGED: {
    meaning:
      'This node is a member with another graphics card (`known`) than the present one (`present`), and this network cannot change that; the node was paused.',
    remedy: 'Put the card back, or take the stake back and join again with the present one.',
  },
  NODE_SLASHED: {
    meaning: 'The network slashed this node: one of its results disagreed with the majority of a validation group.',
    remedy: 'The node does not join again by itself. Find out why, then resume.',
  },
  NODE_KICKED_OUT: {
    meaning: 'The network removed this node for too low a quality of service.',
    remedy: 'Find out why tasks time out or are slow, then resume.',
  },
  WORKER_BAD_MESSAGE: {
    meaning: 'A message on the private channel does not fit its schema, or came at the wrong time.',
    remedy: 'Program and supervisor are of different versions; update both.',
  },
  WORKER_ALREADY_STARTED: { meaning: 'A worker was told to start twice.', remedy: 'Start one process per node.' },
} as const satisfies ErrorCatalogue;

export type WorkerErrorCode = keyof typeof WORKER_ERRORS;

export class WorkerError extends CodedError<WorkerErrorCode> {}

export function isWorkerError(error: unknown, code?: WorkerErrorCode): error is WorkerError {
  return error instanceof WorkerError && (code === undefined || error.code === code);
}
