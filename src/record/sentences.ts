/** What is left of a run that is closed. */
export const closedSays = 'its Jobs and the data it set aside are gone; its journal stays';
