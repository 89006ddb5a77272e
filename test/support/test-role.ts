import pg from 'pg';

const role = 'lanekeeper_test';

/**
 * Creates a role for tests that look into tables and prepare scenes: row-level security and triggers hold for it as for
 * a process, but it may use every table.
 */
export async function createTestRole(adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(
      `create role ${role} login password 'test';
       grant select, insert, update, delete on all tables in schema public to ${role};
       grant execute on all functions in schema public to ${role}`,
    );
  } finally {
    await admin.end();
  }
}

/** How to connect as the role of the tests. */
export function testUrl(adminUrl: string): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = 'test';
  return url.href;
}
