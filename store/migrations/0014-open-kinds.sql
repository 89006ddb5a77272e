-- What an artifact is has an open set of kinds.
alter table artifacts drop constraint artifacts_kind_check;
alter table artifacts add constraint artifacts_kind_check check (kind ~ '^[a-z][a-z0-9-]{0,30}$');

-- Evidence says something about its target, so that its relationship is semantic.
alter table element_relationships no force row level security;
alter table element_relationships disable trigger user;
update element_relationships set kind = 'SEMANTIC' where type_key = 'EVIDENCE_OF' and kind = 'REFERENCE';
alter table element_relationships enable trigger user;
alter table element_relationships force row level security;
