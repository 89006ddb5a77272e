/** Type names of the workflows. Public: `temporal workflow start --type promotion`. */
export const workflowTypes = { release: 'release', promotion: 'promotion', lane: 'lane' } as const;

/** The signal that only says: something about you has changed. What, the receiver asks PostgreSQL. */
export const changedSignalName = 'changed';
