/** Words in a task's arguments that tell the soak's engine what to do. */

/** Every engine gives the same answer, so a group agrees. */
export const SAME_EVERYWHERE = 'all the same';
/** The engine reports the arguments as invalid. */
export const UNDECODABLE = 'not*base64';
