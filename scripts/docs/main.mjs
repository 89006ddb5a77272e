#!/usr/bin/env node
/** Writes the references in docs from the JSON Schemas in core/schemas. */
import { writeFile } from 'node:fs/promises';
import { references } from './reference.mjs';

for (const { path, text } of await references()) await writeFile(path, text);
