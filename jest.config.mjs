/** Everything that needs no browser. `test/e2e/jest.config.mjs` runs the rest. */
export const common = {
  // Only a hang ends a test: a busy machine may be slow.
  testTimeout: 30_000,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', importAttributes: true },
          target: 'esnext',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

export default {
  ...common,
  // One worker a core: much of a test's time is waiting for a socket.
  maxWorkers: '100%',
  // No real network in tests.
  setupFilesAfterEnv: ['<rootDir>/test/this-machine-only.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/e2e/'],
};
