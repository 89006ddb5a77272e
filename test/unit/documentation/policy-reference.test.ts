import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { demandsOf } from '../../../core/policy/layers/read-demands.js';

interface Field {
  readonly path: string;
  readonly required: boolean;
  readonly part?: string;
}

/** What is used of the generator, which is plain JavaScript. */
interface Generator {
  readonly fieldsOf: (schema: unknown, file: string, apart: readonly string[]) => Promise<readonly Field[]>;
  readonly references: () => Promise<readonly { readonly path: string; readonly text: string }[]>;
}

const scripts = join(import.meta.dirname, '../../../scripts/docs');

let generator: Generator;
beforeAll(async () => {
  const files: readonly Partial<Generator>[] = [
    (await import(join(scripts, 'fields.mjs'))) as Partial<Generator>,
    (await import(join(scripts, 'reference.mjs'))) as Partial<Generator>,
  ];
  generator = Object.assign({}, ...files) as Generator;
});

const fieldsIn = (schema: unknown) => generator.fieldsOf(schema, 'policy.schema.json', ['gate']);

describe('the reference of policies and transformations', () => {
  test('is what the schemas say', async () => {
    const references = await generator.references();
    expect(references.map(({ path }) => basename(path))).toEqual([
      'policy-reference.md',
      'policy-test-reference.md',
      'transformation-reference.md',
      'window-reference.md',
    ]);
    for (const { path, text } of references) expect(await readFile(path, 'utf8')).toBe(text);
  });

  test('has each field of a schema with its path, through lists, maps and references', async () => {
    const fields = await fieldsIn({
      required: ['list'],
      properties: {
        list: { type: 'array', items: { properties: { deep: { type: 'string' } } } },
        map: { additionalProperties: { required: ['value'], properties: { value: { type: 'number' } } } },
        elsewhere: { $ref: 'gates/gate.schema.json#/$defs/gates' },
        byId: { $ref: 'https://lanekeeper.dev/schemas/governance.schema.json#/properties/kind' },
      },
    });
    expect(fields.map(({ path, required, part }) => [path, required, part])).toEqual([
      ['list', true, undefined],
      ['list[].deep', false, undefined],
      ['map', false, undefined],
      ['map.NAME', false, undefined],
      ['map.NAME.value', true, undefined],
      ['elsewhere', false, 'gate'],
      ['byId', false, undefined],
    ]);
  });

  test('is not written from a schema that names what is not there', async () => {
    await expect(fieldsIn({ properties: { lost: { $ref: '#/$defs/lost' } } })).rejects.toThrow(
      'there is no #/$defs/lost',
    );
  });

  test.each(['soak', 'window', 'predecessors', 'metric', 'checklist'] as const)(
    'says of %s in bold what a gate is refused without',
    async (term) => {
      const of = { soak: 'time', window: 'time', predecessors: 'time', metric: 'evidence', checklist: 'checklist' }[
        term
      ];
      const path = join(import.meta.dirname, `../../../core/schemas/gates/${of}.schema.json`);
      const { $defs } = JSON.parse(await readFile(path, 'utf8')) as { $defs: Record<string, unknown> };
      const fields = await generator.fieldsOf($defs[term], `gates/${of}.schema.json`, ['signers', 'answer']);
      const bold = fields
        .filter(({ path: name, required }) => required && !/[.[]/.test(name))
        .map((field) => field.path);
      const { problems } = demandsOf({ id: 'a', [term]: {} }, (role) => role);
      const demanded = problems.flatMap(
        ({ text }) => new RegExp(`has no ${term}\\.(\\w+); expected one`).exec(text)?.[1] ?? [],
      );
      expect(bold.sort()).toEqual(demanded.sort());
      expect(bold).not.toEqual([]);
    },
  );
});
