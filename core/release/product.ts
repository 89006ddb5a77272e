/** `lanekeeper.yaml` as written, once `core/schemas/product.schema.json` has accepted it. */
export interface ProductFile {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly services: readonly {
      readonly name: string;
      readonly path: string;
      readonly node?: number;
      readonly build?: readonly string[];
      readonly entry: string;
      readonly include?: readonly string[];
      readonly health?: string;
      readonly test: readonly string[];
      readonly route?: boolean;
    }[];
    readonly sdks?: readonly {
      readonly name: string;
      readonly language: 'typescript';
      readonly path: string;
      readonly build?: readonly string[];
    }[];
    readonly plan?: string;
    readonly methodology?: Methodology;
    readonly network?: 'none';
    readonly timeouts?: { readonly buildSeconds?: number; readonly testSeconds?: number };
  };
}

/** How a release fits into its team's method of working. */
export interface Methodology {
  /** The profile: `scrum`, `safe`, `togaf` or another. */
  readonly profile: string;
  readonly increment?: string;
  readonly piObjective?: string;
  readonly admDeliverable?: string;
}

/** A service: one image. */
export interface ServiceDefinition {
  readonly name: string;
  /** Its folder, relative to the repository. */
  readonly path: string;
  /** The lowest major version of Node that it runs on. */
  readonly nodeMajor: number;
  /** Shell commands that build it, run in its folder one after another. */
  readonly build: readonly string[];
  /** The file that `node` starts, relative to its folder. */
  readonly entry: string;
  /**
   * The files and folders that go into the image, relative to its folder; if absent, everything that the build leaves.
   */
  readonly include?: readonly string[];
  /** The path that answers 200 once the service is ready. */
  readonly health: string;
  /** Shell commands that test the unpacked image and write a JUnit report, run in its folder one after another. */
  readonly test: readonly string[];
  /** Whether the lane URL leads to it. */
  readonly route: boolean;
}

/** A package that users of the product install. */
export interface SdkDefinition {
  readonly name: string;
  readonly language: 'typescript';
  /** Its folder, relative to the repository. */
  readonly path: string;
  /** Shell commands that build it before it is packed. */
  readonly build: readonly string[];
}

/** A product with its defaults filled in. */
export interface ProductDefinition {
  readonly name: string;
  readonly services: readonly ServiceDefinition[];
  readonly sdks: readonly SdkDefinition[];
  /** The plan file, relative to the repository. */
  readonly plan?: string;
  readonly methodology?: Methodology;
  /** `none` when its commands get no network. */
  readonly network?: 'none';
  readonly timeouts: { readonly buildSeconds: number; readonly testSeconds: number };
}
