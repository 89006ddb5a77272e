/**
 * The four task queues. They differ in permissions: `control` has the database and policy, `build` runs the product's
 * own scripts and holds no key, `sign` alone holds signing keys, `deploy` has the lane targets' credentials.
 */
export const taskQueues = {
  control: 'lanekeeper-control',
  build: 'lanekeeper-build',
  sign: 'lanekeeper-sign',
  deploy: 'lanekeeper-deploy',
} as const;

/** The name of a role that a worker can have. */
export type TaskQueueRole = keyof typeof taskQueues;
