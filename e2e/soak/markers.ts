/** Words in a task's arguments by which the soak's engine knows what to do. */

/** Every engine gives the same answer: a group agrees. */
export const SAME_EVERYWHERE = 'all the same';
/** The engine finds the arguments invalid. */
export const UNDECODABLE = 'not*base64';
