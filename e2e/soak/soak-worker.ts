/** The worker that can be killed at a given point, with a date that can be set. */
import './stepped-date.ts';
import '../support/killable-worker.ts';
