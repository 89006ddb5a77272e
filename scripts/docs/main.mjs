#!/usr/bin/env node
/** Writes docs/policy-reference.md from the JSON Schemas in core/schemas. */
import { writeFile } from 'node:fs/promises';
import { reference, referencePath } from './reference.mjs';

await writeFile(referencePath, await reference());
