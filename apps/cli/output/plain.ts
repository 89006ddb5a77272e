import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type Message,
  type MessageShape,
  toJson,
} from '@bufbuild/protobuf';
import { isMessage } from '@bufbuild/protobuf';
import { StructSchema, TimestampSchema, timestampDate } from '@bufbuild/protobuf/wkt';

/** A JSON value. */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainObject;

/** A JSON object. */
export interface PlainObject {
  readonly [name: string]: Plain;
}

/**
 * Converts a message to the words of the domain: enum values without their prefix (`LIVE`, and lanes as `gold`),
 * instants in RFC 3339, 64-bit numbers as numbers (none of ours is above 2^53), bytes in base64. Unset fields are
 * omitted.
 */
export function toPlain<Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>): PlainObject {
  const values = message as Readonly<Record<string, unknown>>;
  const entries = desc.fields.flatMap((field): [string, Plain][] => {
    const value = plainField(field, values[field.localName]);
    return value === undefined ? [] : [[field.jsonName, value]];
  });
  return Object.fromEntries(entries);
}

function plainField(field: DescField, value: unknown): Plain | undefined {
  if (value === undefined) return undefined;
  switch (field.fieldKind) {
    case 'list':
      return Array.isArray(value) ? value.flatMap((each: unknown) => plainValue(field, each) ?? []) : [];
    case 'map':
      return undefined; // No contract has a map field.
    default:
      return plainValue(field, value);
  }
}

function plainValue(field: DescField, value: unknown): Plain | undefined {
  if (field.message !== undefined && isMessage(value)) return plainMessage(field.message, value);
  if (field.enum !== undefined) return wordOf(field.enum, Number(value));
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function plainMessage(desc: DescMessage, message: Message): Plain {
  if (isMessage(message, TimestampSchema)) return timestampDate(message).toISOString();
  if (isMessage(message, StructSchema)) return toJson(StructSchema, message);
  return toPlain(desc, message);
}

function wordOf(desc: DescEnum, number: number): string | undefined {
  const value = desc.value[number];
  if (value === undefined || number === 0) return undefined;
  return desc.name === 'Lane' ? value.localName.toLowerCase() : value.localName;
}
