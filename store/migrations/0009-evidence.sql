-- A round of gates finds the evidence of a bundle by its elements, and attaching counts what a principal has attached.
create index attestations_by_element on attestations (tenant_id, element_id);
create index attestations_by_run on attestations (tenant_id, produced_by_run);
