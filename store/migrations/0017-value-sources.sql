-- Where the values of a snapshot came from when it was first pinned. Its digest covers the gates alone.
alter table policy_snapshots add column sources jsonb not null default '[]'; -- [{gate, field, value, file, line}]
