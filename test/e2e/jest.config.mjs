import { common } from '../../jest.config.mjs';

export default {
  ...common,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
  globalSetup: '<rootDir>/test/e2e/setup.ts',
  testTimeout: 60_000,
};
