import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { fieldsOf } from '../../../scripts/docs/fields.mjs';
import { reference, referencePath } from '../../../scripts/docs/reference.mjs';

interface Field {
  readonly path: string;
  readonly required: boolean;
  readonly part?: string;
}

const fieldsIn = (schema: unknown) => fieldsOf(schema, 'policy.schema.json', ['gate']) as Promise<readonly Field[]>;

describe('the reference of policies', () => {
  test('is what the schemas say', async () => {
    expect(await readFile(referencePath, 'utf8')).toBe(await reference());
  });

  test('has each field of a schema with its path, through lists, maps and references', async () => {
    const fields = await fieldsIn({
      required: ['list'],
      properties: {
        list: { type: 'array', items: { properties: { deep: { type: 'string' } } } },
        map: { additionalProperties: { required: ['value'], properties: { value: { type: 'number' } } } },
        elsewhere: { $ref: 'gates/gate.schema.json#/$defs/gates' },
      },
    });
    expect(fields.map(({ path, required, part }) => [path, required, part])).toEqual([
      ['list', true, undefined],
      ['list[].deep', false, undefined],
      ['map', false, undefined],
      ['map.NAME', false, undefined],
      ['map.NAME.value', true, undefined],
      ['elsewhere', false, 'gate'],
    ]);
  });

  test('is not written from a schema that names what is not there', async () => {
    await expect(fieldsIn({ properties: { lost: { $ref: '#/$defs/lost' } } })).rejects.toThrow(
      'there is no #/$defs/lost',
    );
  });
});
