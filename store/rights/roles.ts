/** The processes that reach PostgreSQL. Each connects as a role of its own, with the rights of `rights.ts` and no others. */
export const databaseProcesses = ['api', 'control', 'build', 'sign', 'deploy', 'router', 'enrolment'] as const;

export type DatabaseProcess = (typeof databaseProcesses)[number];

/** The role as which a process connects. It owns no table, and sees one tenant at a time. */
export function databaseRoleOf(process: DatabaseProcess): string {
  return `lanekeeper_${process}`;
}

/** The role that all processes shared before each had its own. The first migrations name it; it can do nothing now. */
export const retiredRole = 'lanekeeper_app';
