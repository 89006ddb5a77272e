/**
 * Finds the RPCs that do not say who may call them.
 *
 * @param image a buf image of the contracts, as JSON
 * @returns one line for each RPC without a rule
 */
export function findMethodsWithoutRule(image) {
  const problems = [];
  for (const file of image.file ?? []) {
    for (const service of file.service ?? []) {
      for (const method of service.method ?? []) {
        const rule = method.options?.['[authz.v1.rule]'];
        const alternatives = Object.keys(rule ?? {});
        if (alternatives.length !== 1)
          problems.push(`${file.name}: ${service.name}.${method.name} has no (authz.v1.rule): say who may call it`);
      }
    }
  }
  return problems;
}

/** Fields without bounds: a string, bytes, list or map whose size nothing limits, an enum that accepts any number. */
export function findUnboundedFields(image) {
  const problems = [];
  const own = (image.file ?? []).filter((file) => !/^(google|buf)\//.test(file.name));
  for (const file of own)
    for (const message of file.messageType ?? []) walk(file.name, message.name, message, problems);
  return problems;
}

function walk(file, name, message, problems) {
  for (const field of message.field ?? []) {
    const why = unbounded(field);
    if (why) problems.push(`${file}: ${name}.${field.name} ${why}`);
  }
  for (const nested of message.nestedType ?? []) walk(file, `${name}.${nested.name}`, nested, problems);
}

function unbounded(field) {
  const rules = field.options?.['[buf.validate.field]'] ?? {};
  if (field.label === 'LABEL_REPEATED') {
    if (!rules.repeated?.maxItems) return 'is a list without max_items';
    return scalarProblem(field.type, rules.repeated.items ?? {});
  }
  return scalarProblem(field.type, rules);
}

function scalarProblem(type, rules) {
  switch (type) {
    case 'TYPE_STRING': {
      const { maxLen, pattern, in: choices, uuid } = rules.string ?? {};
      return maxLen || pattern || choices || uuid ? undefined : 'is text without a bound or pattern';
    }
    case 'TYPE_BYTES':
      return rules.bytes?.maxLen ? undefined : 'is bytes without max_len';
    case 'TYPE_ENUM':
      return rules.enum?.definedOnly ? undefined : 'is an enum that accepts undefined numbers';
    case 'TYPE_INT32':
    case 'TYPE_INT64': {
      const { gte, gt, lte } = rules.int32 ?? rules.int64 ?? {};
      return gte !== undefined || gt !== undefined || lte !== undefined ? undefined : 'is a number without a bound';
    }
    default:
      return undefined;
  }
}
