import { stringify } from 'yaml';
import type { FoundProduct } from './inspect.js';
import type { FoundService } from './inspect-service.js';

/** Renders a commented `lanekeeper.yaml` from what was found. */
export function renderProductFile(product: FoundProduct): string {
  const lines = [
    '# What this product consists of and how it is built and tested. Lanekeeper reads it from the commit that is released.',
    'apiVersion: lanekeeper.dev/v1',
    'kind: Product',
    'metadata:',
    `  name: ${scalar(product.name)}`,
    'spec:',
    '  # Each service becomes one image: its files, its production dependencies, and the file that Node starts.',
    '  services:',
    ...product.services.flatMap((service) => serviceLines(service, product.services.length)),
    ...sdkLines(product),
    ...planLines(product),
    '',
    '  # What a release is made for, in the words of your method. It is shown with every bundle.',
    '  # methodology:',
    '  #   profile: scrum          # scrum, safe, togaf or another',
    '  #   increment: Sprint 1     # or piObjective: … or admDeliverable: …',
    '',
    '  # How long a build and a test run may take, in seconds.',
    '  # timeouts: { buildSeconds: 600, testSeconds: 600 }',
  ];
  return `${lines.join('\n')}\n`;
}

function serviceLines(service: FoundService, count: number): readonly string[] {
  return [
    `    - name: ${scalar(service.name)}`,
    '      # Its folder, relative to this file.',
    `      path: ${scalar(service.path)}`,
    '      # The lowest major version of Node that it runs on.',
    `      node: ${String(service.nodeMajor)}`,
    '      # Commands that build it, run in its folder one after another.',
    ...(service.build.length === 0
      ? ['      build: []']
      : ['      build:', ...service.build.map((command) => `        - ${scalar(command)}`)]),
    '      # The file that Node starts. It listens on 127.0.0.1 and the port in the variable PORT.',
    `      entry: ${scalar(service.entry)}`,
    '      # What goes into the image; everything but tests and .git when absent.',
    '      # include: [src, package.json]',
    '      # A path that answers 200 once the service is ready.',
    `      health: ${scalar(service.health)}`,
    '      # Tests of the built image. They write a JUnit report to $JUNIT_FILE; the unpacked image is in $IMAGE_DIR, its entry is $IMAGE_ENTRY.',
    '      test:',
    ...service.test.map((command) => `        - ${scalar(command)}`),
    ...(count > 1 ? ['      # Whether the lane URL leads here.', `      route: ${String(service.route)}`] : []),
    '',
  ];
}

function sdkLines(product: FoundProduct): readonly string[] {
  if (product.sdks.length === 0) {
    return [
      '  # Packages that users of the product install.',
      '  # sdks:',
      '  #   - { name: client, language: typescript, path: sdk/typescript, build: [npm ci, npm run build] }',
    ];
  }
  return [
    '  # Packages that users of the product install.',
    '  sdks:',
    ...product.sdks.flatMap((sdk) => [
      `    - name: ${scalar(sdk.name)}`,
      '      language: typescript',
      `      path: ${scalar(sdk.path)}`,
      ...(sdk.build.length === 0
        ? []
        : ['      build:', ...sdk.build.map((command) => `        - ${scalar(command)}`)]),
    ]),
  ];
}

function planLines(product: FoundProduct): readonly string[] {
  const comment = ['', '  # The plan that agents of the product follow: tools granted, plan metadata.'];
  return product.plan === undefined
    ? [...comment, '  # plan: plan.json']
    : [...comment, `  plan: ${scalar(product.plan)}`];
}

/** A text as a YAML scalar on one line. */
function scalar(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}
